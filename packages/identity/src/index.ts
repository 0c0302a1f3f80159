export type { ClaimsPolicy } from "./claims-policy.js";
export type { Check, Code } from "./code.js";
export { ConfigurationError } from "./configuration-error.js";
export { digestToken } from "./digest-token.js";
export { type AuthorityPolicy, judgeAuthority } from "./judge-authority.js";
export { judgeClaims } from "./judge-claims.js";
export {
  createKeyCache,
  type KeyCache,
  type KeyCacheOptions,
  type KeyQuery,
  type KeySetWarning,
  sharedKeyCache,
} from "./key-cache.js";
export {
  anchorsOf,
  type DelegationChainEntry,
  delegationEpochOf,
  hopCountOf,
  type Mandate,
  scopesOf,
} from "./mandate.js";
export { MandateError, type MandateErrorFields } from "./mandate-error.js";
export { MAX_TOKEN_LENGTH } from "./max-token-length.js";
export { andThen, type MaybePromise } from "./maybe-promise.js";
export type { VerifyingKey } from "./platform/platform.js";
export { refuseToken, unavailable } from "./refusals.js";
export { SeenToken } from "./seen-token.js";
export { DeadlineError, settleWithin } from "./settle-within.js";
export { VerifiedSignatures } from "./verified-signatures.js";
export {
  confirmMandate,
  type VerifiedMandate,
  verifyMandate,
  verifyToken,
} from "./verify-mandate.js";
export type { KeyLookup } from "./zone-keys.js";
