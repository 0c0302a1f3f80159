export type { DevStsApplication } from "./applications.js";
export { createDevSts, type DevSts } from "./dev-sts.js";
export type { DevStsEvents, EventFields } from "./event-sink.js";
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
export type { DevStsOptions } from "./options.js";
export type { RevocationSink } from "./revocation-sink.js";
export type { PublicJwk } from "./signing-key.js";
export type { KeySet } from "./zone.js";
