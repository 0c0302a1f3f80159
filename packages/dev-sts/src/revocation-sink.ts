/** What a revocation store offers an STS; any object of this shape will do. */
export interface RevocationSink {
  /** `ttlMs` is left to the store. */
  markRevoked(anchor: string, ttlMs?: number): unknown;
  markDelegationEpoch(zoneId: string, epoch: number): unknown;
}
