export { extractBearer } from "@caracalai/transport-mcp";
export { currentPrincipal } from "./call-context.js";
export { FastMcpAuthError } from "./fastmcp-auth-error.js";
export { protectPrompt, protectResource, protectTool } from "./protect-item.js";
export {
  type ProtectableServerOptions,
  protectServer,
  type ServerProtection,
} from "./protect-server.js";
export { type FastMcpContext, verifyFastMcpToken } from "./verify-fastmcp-token.js";
