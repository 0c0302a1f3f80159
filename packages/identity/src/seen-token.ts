import type { VerifyingKey } from "./platform/platform.js";
import type { VerifiedSignatures } from "./verified-signatures.js";

/** What is known of one token from before: whether its signature was verified, with the same key. */
export class SeenToken {
  /** Whether that made it unnecessary to verify the signature. */
  isKnown = false;
  readonly #signatures: VerifiedSignatures;
  readonly #digest: string;

  /** @param digest - of the whole token, as `digestToken` makes it */
  constructor(signatures: VerifiedSignatures, digest: string) {
    this.#signatures = signatures;
    this.#digest = digest;
  }

  /** To be asked once the key is known. */
  isVerifiedWith(key: VerifyingKey): boolean {
    this.isKnown = this.#signatures.has(this.#digest, key);
    return this.isKnown;
  }

  /** To be told once everything else about the token was found right as well. */
  remember(key: VerifyingKey): void {
    if (!this.isKnown) this.#signatures.add(this.#digest, key);
  }
}
