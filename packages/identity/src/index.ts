export type { Check, Code } from "./code.js";
export { ConfigurationError } from "./configuration-error.js";
export { type AuthorityPolicy, judgeAuthority } from "./judge-authority.js";
export { type ClaimsPolicy, judgeClaims } from "./judge-claims.js";
export { MAX_TOKEN_LENGTH } from "./jws.js";
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
export { andThen, type MaybePromise } from "./maybe-promise.js";
export type { VerifyingKey } from "./platform/platform.js";
export { refuseToken, unavailable } from "./refusals.js";
export { DeadlineError, settleWithin } from "./settle-within.js";
export { verifyMandate } from "./verify-mandate.js";
export type { KeyLookup } from "./zone-keys.js";
