export {
  type AuthorityPolicy,
  type Check,
  type Code,
  ConfigurationError,
  createKeyCache,
  type DelegationChainEntry,
  type KeyCache,
  type KeyCacheOptions,
  type Mandate,
  MandateError,
  type MandateErrorFields,
} from "@caracalai/identity";
export { checkActiveAuthority } from "./active-authority.js";
export { type Answer, answers } from "./answers.js";
export type { AuthResult } from "./auth-result.js";
export type { OnAuthorityEnd } from "./authority-watch.js";
export {
  type Challenge,
  type ChallengeOptions,
  challenge,
  challengeResponse,
  type ErrorBody,
  errorBody,
} from "./challenge.js";
export type { Decision, DecisionAbout, DecisionHook, DecisionItem } from "./decision.js";
export { type AuthorizationHeader, extractBearer } from "./extract-bearer.js";
export {
  authenticate,
  createMandateVerifier,
  type MandateVerifier,
} from "./mandate-verifier.js";
export type { Principal } from "./principal.js";
export {
  type ProtectedResourceMetadata,
  type ProtectedResourceOptions,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "./protected-resource-metadata.js";
export {
  type CapturedRequirements,
  captureRequirements,
  type Requirements,
} from "./requirements.js";
export type { VerifiedMandatesOptions } from "./verified-mandates-limits.js";
export type { MandateVerifierOptions } from "./verifier-options.js";
