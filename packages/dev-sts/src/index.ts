export type { DevStsApplication } from "./applications.js";
export { createDevSts, type DevSts } from "./dev-sts.js";
export {
  agentMandate,
  applicationMandate,
  type DelegatedMandateOptions,
  delegatedMandate,
  type MintClaims,
  sessionMandate,
  userMandate,
} from "./mandates.js";
export type { MintOptions } from "./mint.js";
export type { DevStsOptions, RevocationSink } from "./options.js";
export type { PublicJwk } from "./signing-key.js";
export type { KeySet } from "./zone.js";
