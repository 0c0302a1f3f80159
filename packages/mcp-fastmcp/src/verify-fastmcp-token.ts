import {
  createMandateVerifier,
  type MandateVerifier,
  type MandateVerifierOptions,
  type Requirements,
} from "@caracalai/transport-mcp";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";

/** What most tools want to know of their caller. */
export interface FastMcpContext {
  /** Who the authority is for. */
  readonly sub: string;
  readonly zoneId: string;
  /** The granted scopes, separated by spaces; empty where there are none. */
  readonly scope: string;
}

/**
 * Verifies one token, for integrations that call it themselves. A whole server is protected by
 * `protectServer`.
 *
 * @param token - without its scheme, as `extractBearer` returns it
 * @param verifier - a verifier, or the options for one
 * @param route - what the operation needs on top of the verifier's defaults
 * @throws FastMcpAuthError where the token does not let its caller in
 * @throws ConfigurationError where options or route are malformed
 */
export async function verifyFastMcpToken(
  token: string,
  verifier: MandateVerifier | MandateVerifierOptions,
  route?: Requirements,
): Promise<FastMcpContext> {
  const judge = isVerifier(verifier) ? verifier : createMandateVerifier(verifier);
  const result = await judge.authenticate(token, route);
  if (!result.ok) throw new FastMcpAuthError(result.error);
  const { sub, zoneId, scope } = result.principal;
  return { sub, zoneId, scope };
}

function isVerifier(value: MandateVerifier | MandateVerifierOptions): value is MandateVerifier {
  return typeof Object(value).authenticate === "function";
}
