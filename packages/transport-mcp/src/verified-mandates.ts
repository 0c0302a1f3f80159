import {
  digestToken,
  MAX_TOKEN_LENGTH,
  SeenToken,
  VerifiedSignatures,
  type VerifyingKey,
} from "@caracalai/identity";
import { ClockRing, type Ringed } from "./clock-ring.js";
import { type Digested, DigestTable } from "./digest-table.js";
import type { Principal } from "./principal.js";
import type { VerifiedMandatesLimits } from "./verified-mandates-limits.js";

/** What is remembered of a mandate whose signature and claims were verified: no part of its token. */
export interface KnownMandate {
  readonly principal: Principal;
  /** The key that its signature was verified with, and its key id. */
  readonly key: VerifyingKey;
  readonly kid: string;
}

class Entry implements KnownMandate, Digested<Entry>, Ringed<Entry> {
  readonly digest: string;
  readonly principal: Principal;
  readonly key: VerifyingKey;
  readonly kid: string;
  readonly size: number;
  /** Whether it was asked for since room was looked for here. */
  isUsed = false;
  next: Entry | undefined = undefined;
  before: Entry = this;
  behind: Entry = this;

  constructor(digest: string, { principal, key, kid }: KnownMandate, size: number) {
    this.digest = digest;
    this.principal = principal;
    this.key = key;
    this.kid = kid;
    this.size = size;
  }
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
  readonly #entries = new DigestTable<Entry>();
  #bytes = 0;
  /** Its hand is where room is looked for next. */
  readonly #ring = new ClockRing<Entry>();

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
  set(digest: string, known: KnownMandate, tokenLength: number): void {
    this.delete(digest);
    const { maxEntries, maxBytes } = this.#limits;
    const size = sizeOf(known.principal, tokenLength);
    if (size > maxBytes) return;
    const ring = this.#ring;
    const isFull = () => this.#entries.size >= maxEntries || this.#bytes + size > maxBytes;
    for (let { hand } = ring; hand !== undefined && isFull(); hand = ring.hand)
      this.#makeRoom(hand);
    const entry = new Entry(digest, known, size);
    this.#entries.add(entry);
    ring.add(entry);
    this.#bytes += size;
  }

  delete(digest: string): void {
    const entry = this.#entries.get(digest);
    if (entry !== undefined) this.#remove(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.remove(entry);
    this.#ring.remove(entry);
    this.#bytes -= entry.size;
  }

  /** One entry goes. */
  #makeRoom(hand: Entry): void {
    let entry = hand;
    for (let passedBy = 0; passedBy < MAX_PASSED_BY && entry.isUsed; passedBy += 1) {
      entry.isUsed = false;
      this.#ring.advance();
      entry = entry.behind;
    }
    this.#remove(entry);
  }
}

/**
 * What an entry takes, in bytes, at the most: measured on Node 20 to 24, and rounded up. The claims
 * grow with the token, and many short texts take more than their characters. What mandates share, such
 * as a list of scopes, counts for each of them.
 */
function sizeOf({ mandate, scopes, targets }: Principal, tokenLength: number): number {
  const { aud, delegation_path: path = [], delegation_chain: chain = [] } = mandate;
  const items = scopes.length + targets.length + aud.length + path.length + chain.length;
  return Math.ceil(1.5 * tokenLength) + 40 * items;
}
