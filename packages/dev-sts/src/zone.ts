import { createSigningKey, type PublicJwk, type SigningKey } from "./signing-key.js";

/** A JWK set (RFC 7517 section 5). */
export interface KeySet {
  readonly keys: readonly PublicJwk[];
}

const previousServedMs = 24 * 60 * 60 * 1000;

/** A tenant: its signing keys, and the epoch of its delegation graph. */
export class Zone {
  readonly id: string;
  epoch = 0;
  #current: SigningKey = createSigningKey();
  #previous: SigningKey | undefined;
  #rotatedAtMs = 0;
  readonly #removedKids: Set<string> = new Set();

  constructor(id: string) {
    this.id = id;
  }

  get current(): SigningKey {
    return this.#current;
  }

  /** The key before the last rotation; it can still sign when it is served no more. */
  get previous(): SigningKey | undefined {
    return this.#previous;
  }

  rotate(nowMs: number = Date.now()): string {
    this.#previous = this.#current;
    this.#rotatedAtMs = nowMs;
    this.#current = createSigningKey();
    return this.#current.kid;
  }

  removeKey(kid: string): void {
    if (!this.keySet().keys.some((key) => key.kid === kid)) {
      throw new RangeError(`zone ${JSON.stringify(this.id)} serves no key of this kid`);
    }
    this.#removedKids.add(kid);
  }

  /** The keys as served: the current one and, for 24 hours after a rotation, the previous one. */
  keySet(nowMs: number = Date.now()): KeySet {
    const previous = nowMs - this.#rotatedAtMs < previousServedMs ? this.#previous : undefined;
    const keys = [this.#current, previous].flatMap((key) => (key === undefined ? [] : [key.jwk]));
    return { keys: keys.filter((key) => !this.#removedKids.has(key.kid)) };
  }
}
