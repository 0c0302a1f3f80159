import { MandateError } from "@caracalai/transport-mcp";

/**
 * Thrown where a mandate does not let its caller in. Has `code`, `check`, `description` and `hint`,
 * and nothing that the caller sent.
 */
export class FastMcpAuthError extends MandateError {
  override readonly name: string = "FastMcpAuthError";
}
