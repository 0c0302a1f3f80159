/** What a key of the shared store stands for. */
export type KeyMeaning =
  | { readonly kind: "anchor"; readonly anchor: string }
  | { readonly kind: "epoch"; readonly zoneId: string };

/** Under this prefix are all keys of the shared store (wire format, "Revocation"). */
export const KEY_PREFIX = "caracal:revoked:";

const EPOCH = "delegation-epoch:";

/**
 * The keys of the shared store (wire format, "Revocation"): `sessions:{anchor}` and
 * `sessions:delegation-epoch:{zone}`, each under the prefix. An anchor that is named like a zone's
 * epoch would share its key, so that neither could be told from the other: it is kept under
 * `reserved:{anchor}` instead, where only this package looks for it.
 */
export class RevocationKeys {
  readonly #anchors: string;
  readonly #epochs: string;
  readonly #reserved: string;

  constructor(prefix: string = KEY_PREFIX) {
    this.#anchors = `${prefix}sessions:`;
    this.#epochs = `${prefix}sessions:${EPOCH}`;
    this.#reserved = `${prefix}reserved:`;
  }

  anchor(anchor: string): string {
    return this.isReserved(anchor) ? `${this.#reserved}${anchor}` : `${this.#anchors}${anchor}`;
  }

  epoch(zoneId: string): string {
    return `${this.#epochs}${zoneId}`;
  }

  /** Whether an anchor is named like a zone's epoch. */
  isReserved(anchor: string): boolean {
    return anchor.startsWith(EPOCH);
  }

  /** Where another writer may have put a reserved anchor: the key of an epoch. */
  ambiguous(anchor: string): string {
    return `${this.#anchors}${anchor}`;
  }

  /** What a key stands for; nothing where it is none of the shared store's. */
  meaningOf(key: string): KeyMeaning | undefined {
    for (const [prefix, read] of [
      [this.#reserved, (anchor: string) => ({ kind: "anchor", anchor }) as const],
      [this.#epochs, (zoneId: string) => ({ kind: "epoch", zoneId }) as const],
      [this.#anchors, (anchor: string) => ({ kind: "anchor", anchor }) as const],
    ] as const) {
      if (key.startsWith(prefix)) {
        return key.length > prefix.length ? read(key.slice(prefix.length)) : undefined;
      }
    }
    return undefined;
  }
}
