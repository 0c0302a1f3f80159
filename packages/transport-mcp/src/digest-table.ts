/** Something that is looked up by its digest. Its place is the table's. */
export interface Digested<T> {
  readonly digest: string;
  /** The next one in the same bucket. */
  next: T | undefined;
}

const FIRST_BUCKETS = 16;

/**
 * Items by digests of 32 characters that carry a byte each. They are chained to one another, which
 * takes half of what a `Map` does, and their places are bits of the digest, which needs no further
 * hash: who wants many in one bucket has to find that many tokens, each of them signed by the STS.
 */
export class DigestTable<T extends Digested<T>> {
  #buckets: (T | undefined)[] = emptyBuckets(FIRST_BUCKETS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(digest: string): T | undefined {
    let item = this.#buckets[this.#bucketOf(digest)];
    while (item !== undefined && item.digest !== digest) item = item.next;
    return item;
  }

  /** @param item - one whose digest is not there */
  add(item: T): void {
    if (this.#size === this.#buckets.length) this.#grow();
    this.#chain(item);
    this.#size += 1;
  }

  /** @param item - one that is there */
  remove(item: T): void {
    const bucket = this.#bucketOf(item.digest);
    let before = this.#buckets[bucket];
    if (before === item) this.#buckets[bucket] = item.next;
    for (; before !== undefined; before = before.next) {
      if (before.next === item) before.next = item.next;
    }
    item.next = undefined;
    this.#size -= 1;
  }

  #chain(item: T): void {
    const bucket = this.#bucketOf(item.digest);
    item.next = this.#buckets[bucket];
    this.#buckets[bucket] = item;
  }

  #grow(): void {
    const buckets = this.#buckets;
    this.#buckets = emptyBuckets(2 * buckets.length);
    for (let item of buckets) {
      while (item !== undefined) {
        const { next }: T = item;
        this.#chain(item);
        item = next;
      }
    }
  }

  #bucketOf(digest: string): number {
    const bits =
      digest.charCodeAt(0) |
      (digest.charCodeAt(1) << 8) |
      (digest.charCodeAt(2) << 16) |
      (digest.charCodeAt(3) << 24);
    return bits & (this.#buckets.length - 1);
  }
}

function emptyBuckets<T>(length: number): (T | undefined)[] {
  return new Array<T | undefined>(length).fill(undefined);
}
