export { createMandateVerifier, extractBearer } from "@caracalai/transport-mcp";
export { currentPrincipal } from "./call-context.js";
export { FastMcpAuthError } from "./fastmcp-auth-error.js";
export {
  protectPrompt,
  protectResource,
  protectResourceTemplate,
  protectTool,
} from "./protect-item.js";
export { type ProtectableServerOptions, protectServer } from "./protect-server.js";
export type { RouteTable, ServerProtection } from "./protection-options.js";
export { type FastMcpContext, verifyFastMcpToken } from "./verify-fastmcp-token.js";
