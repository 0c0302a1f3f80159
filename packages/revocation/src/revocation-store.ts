import type { MaybePromise } from "./maybe-promise.js";

/** What a verifier asks about one mandate, in one go (wire format, "Revocation"). */
export interface RevocationQuery {
  /** The mandate's anchors: session, root session, agent session, delegation edge. */
  readonly anchors: readonly string[];
  /** The zone whose delegation epoch is asked for; left out where the mandate is not subject to it. */
  readonly zoneId?: string | undefined;
}

/** What a store knows about one mandate (wire format, "Revocation"). */
export interface RevocationState {
  /** Whether any of the anchors is revoked. */
  readonly revoked: boolean;
  /** The zone's delegation epoch; 0 where none is known or none was asked for. */
  readonly delegationEpoch: number;
}

/** What a subscriber hears: an anchor that was not revoked before, or a zone's epoch that grew. */
export type RevocationEvent =
  | { readonly kind: "anchor"; readonly anchor: string }
  | { readonly kind: "epoch"; readonly zoneId: string; readonly epoch: number };

/**
 * Which mandates were revoked (decision rules, "Revocation store"). A store that cannot answer
 * throws or rejects: it never answers `false` for want of an answer. `@caracalai/revocation/testing`
 * holds the suite that every store has to pass.
 */
export interface RevocationStore {
  /**
   * Whether an anchor is revoked: `true` or `false`, nothing else.
   *
   * @param anchor - a non-empty string.
   */
  isRevoked(anchor: string): MaybePromise<boolean>;

  /**
   * Revokes an anchor. An entry that is there is never shortened, only extended.
   *
   * @param anchor - a non-empty string.
   * @param ttlMs - how long the entry lives, in milliseconds, fractions included; by default as long
   *   as the store says.
   * @throws TypeError where the anchor is not a non-empty string; nothing is changed.
   * @throws RangeError where the TTL is not a positive finite number; nothing is changed.
   */
  markRevoked(anchor: string, ttlMs?: number): MaybePromise<void>;

  /**
   * A zone's delegation epoch: a safe integer, 0 where none is known.
   *
   * @param zoneId - a non-empty string.
   */
  currentDelegationEpoch(zoneId: string): MaybePromise<number>;

  /**
   * Raises a zone's delegation epoch. What is kept is the higher of two epochs for the longer of two
   * lifetimes: no mark lowers an epoch, and none ends one earlier.
   *
   * @param zoneId - a non-empty string.
   * @param epoch - a safe integer of 0 or more.
   * @param ttlMs - as for {@link RevocationStore.markRevoked}.
   * @throws TypeError where the zone is not a non-empty string; nothing is changed.
   * @throws RangeError where the epoch or the TTL is out of its range; nothing is changed.
   */
  markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): MaybePromise<void>;

  /**
   * Answers for all anchors and the epoch in one round trip. Left out by stores that gain nothing
   * from it: `checkEach` does the same with the single questions.
   */
  check?(query: RevocationQuery): MaybePromise<RevocationState>;

  /**
   * Calls the listener once for each anchor that is newly revoked (not where a live entry is
   * extended) and for each epoch that grows, after the store has taken it. An error of a listener
   * reaches neither the one who marks nor the other listeners.
   *
   * @returns the function that ends this subscription; further calls of it do nothing.
   */
  subscribe?(listener: (event: RevocationEvent) => void): () => void;
}
