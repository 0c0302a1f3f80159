import {
  digestToken,
  MAX_TOKEN_LENGTH,
  SeenToken,
  VerifiedSignatures,
  type VerifyingKey,
} from "@caracalai/identity";
import type { Principal } from "./principal.js";
import type { VerifiedMandatesLimits } from "./verified-mandates-limits.js";

/** What is remembered of a mandate whose signature and claims were verified: no part of its token. */
export interface KnownMandate {
  readonly principal: Principal;
  /** The key that its signature was verified with, and its key id. */
  readonly key: VerifyingKey;
  readonly kid: string;
}

interface Entry extends KnownMandate {
  readonly size: number;
  /** Whether it was asked for since room was looked for here. */
  isUsed: boolean;
}

/** How many entries in use are passed by before one goes nevertheless: no request waits for more. */
const MAX_PASSED_BY = 32;

/**
 * Mandates that were verified before, by a digest of their whole token (decision rules,
 * "Verified-mandate cache"). Whether one still stands is for others to judge.
 *
 * Of a mandate that came once, it is remembered that its signature was verified. One that comes again
 * is remembered with its principal. Where there is no room, those go that were not asked for since
 * room was last looked for, in the order in which they came (the clock algorithm).
 */
export class VerifiedMandates {
  readonly #limits: VerifiedMandatesLimits;
  readonly #signatures: VerifiedSignatures;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** Where room is looked for next. It meets what is added later, and not what is gone. */
  #hand: Iterator<readonly [string, Entry], undefined> = this.#entries.entries();

  constructor(limits: VerifiedMandatesLimits) {
    this.#limits = limits;
    this.#signatures = new VerifiedSignatures(limits.maxSignatures);
  }

  /** By what a token is known again; undefined where it is not going to be. */
  digest(token: string): string | undefined {
    if (this.#limits.maxEntries === 0 || token.length > MAX_TOKEN_LENGTH) return undefined;
    return digestToken(token);
  }

  /** What is known of the signature of a token. */
  seen(digest: string): SeenToken {
    return new SeenToken(this.#signatures, digest);
  }

  get(digest: string): KnownMandate | undefined {
    const entry = this.#entries.get(digest);
    if (entry !== undefined) entry.isUsed = true;
    return entry;
  }

  /** @param tokenLength - in characters */
  set(digest: string, { principal, key, kid }: KnownMandate, tokenLength: number): void {
    this.delete(digest);
    const { maxEntries, maxBytes } = this.#limits;
    const size = sizeOf(principal, tokenLength);
    if (size > maxBytes) return;
    while (this.#entries.size >= maxEntries || this.#bytes + size > maxBytes) this.#makeRoom();
    this.#entries.set(digest, { principal, key, kid, size, isUsed: false });
    this.#bytes += size;
  }

  delete(digest: string): void {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return;
    this.#entries.delete(digest);
    this.#bytes -= entry.size;
  }

  /** One entry goes. There is one. */
  #makeRoom(): void {
    for (let passedBy = 0; ; passedBy += 1) {
      const [digest, entry] = this.#next();
      if (!entry.isUsed || passedBy === MAX_PASSED_BY) {
        this.delete(digest);
        return;
      }
      entry.isUsed = false;
    }
  }

  #next(): readonly [string, Entry] {
    const step = this.#hand.next();
    if (!step.done) return step.value;
    this.#hand = this.#entries.entries();
    return this.#next();
  }
}

/**
 * What an entry takes, in bytes: measured on Node 20 to 24, and rounded up. The claims grow with the
 * token, and many short texts take more than their characters.
 */
function sizeOf({ mandate, scopes, targets }: Principal, tokenLength: number): number {
  const { aud, delegation_path: path = [], delegation_chain: chain = [] } = mandate;
  const items = scopes.length + targets.length + aud.length + path.length + chain.length;
  return Math.ceil(1.5 * tokenLength) + 40 * items;
}
