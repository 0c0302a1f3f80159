/** What the claims of every mandate are held against. */
export interface ClaimsPolicy {
  /** The one issuer, compared exactly. */
  readonly issuer: string;
  /** What `aud` has to contain, compared exactly. */
  readonly audience: string;
  /** The zones whose mandates are accepted. */
  readonly zoneIds: readonly string[];
  /** How far in the future `iat` and `nbf` may lie, in seconds. `exp` has no tolerance. */
  readonly clockToleranceSeconds: number;
  /** The longest `exp - iat`, in seconds. */
  readonly maxLifetimeSeconds: number;
}
