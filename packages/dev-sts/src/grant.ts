import type { MintClaims } from "./mandates.js";

/** What a token request is granted. */
export interface Grant {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** Who acts for whom, in which session, delegated how. */
  readonly claims: MintClaims;
  /** The mandate ends then at the latest; seconds since the epoch. */
  readonly endsBy?: number;
  /** The `issued_token_type` of an exchange (RFC 8693 section 2.2.1). */
  readonly issuedTokenType?: string;
}
