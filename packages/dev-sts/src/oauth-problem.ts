import { HttpProblem } from "./http-problem.js";

/** What a token endpoint refuses with (RFC 6749 section 5.2, RFC 8707 section 2). */
export type OauthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unsupported_grant_type"
  | "invalid_scope"
  | "invalid_target";

/**
 * A refusal of the token endpoint: 400 or, for a client that is not who it says, 401 with a
 * challenge. The description holds nothing that the client sent.
 */
export function oauthProblem(code: OauthErrorCode, description: string): HttpProblem {
  if (code !== "invalid_client") return new HttpProblem(400, code, description);
  const challenge = { "www-authenticate": 'Basic realm="caracal-dev-sts", charset="UTF-8"' };
  return new HttpProblem(401, code, description, challenge);
}
