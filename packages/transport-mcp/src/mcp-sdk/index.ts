export type { AuthInfo } from "./auth-info.js";
export { createMandateGate, type MandateGate } from "./mandate-gate.js";
export { type AuthInfoLike, principalFrom } from "./principal-from.js";
export {
  type MandateMiddleware,
  type MandateRequest,
  type MandateResponse,
  type RequireMandateOptions,
  requireMandate,
} from "./require-mandate.js";
export {
  type ScopeChallenge,
  type ScopeChallengeHandler,
  scopeChallenge,
} from "./scope-challenge.js";
export type { SdkOptions } from "./sdk-options.js";
export {
  createTokenVerifier,
  type SdkV1Errors,
  type SdkV2Errors,
  type TokenVerifier,
  type TokenVerifierOptions,
} from "./token-verifier.js";
