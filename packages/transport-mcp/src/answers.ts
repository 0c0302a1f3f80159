import type { Code } from "@caracalai/identity";

/** How a code is said over HTTP. */
export interface Answer {
  readonly status: 401 | 403 | 503;
  /** The `error` of the challenge (RFC 6750 section 3.1); null where the challenge names none. */
  readonly error: "invalid_token" | "insufficient_scope" | null;
}

const invalidToken: Answer = Object.freeze({ status: 401, error: "invalid_token" });
const insufficientScope: Answer = Object.freeze({ status: 403, error: "insufficient_scope" });

/** Every code with its HTTP status and challenge. */
export const answers: Readonly<Record<Code, Answer>> = Object.freeze({
  missing_token: Object.freeze({ status: 401, error: null }),
  invalid_token: invalidToken,
  invalid_zone: invalidToken,
  session_revoked: invalidToken,
  delegation_stale: invalidToken,
  insufficient_scope: insufficientScope,
  agent_required: insufficientScope,
  delegation_required: insufficientScope,
  chain_mismatch: insufficientScope,
  hop_count_exceeded: insufficientScope,
  verification_unavailable: Object.freeze({ status: 503, error: null }),
});
