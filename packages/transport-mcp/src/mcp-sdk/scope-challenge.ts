import { ConfigurationError } from "@caracalai/identity";
import { answers } from "../answers.js";
import { inChallenge } from "../challenge.js";
import type { MandateVerifier } from "../mandate-verifier.js";
import type { Requirements } from "../requirements.js";
import { type AuthInfoLike, principalFrom } from "./principal-from.js";
import { readVerifier } from "./sdk-options.js";

/** What SDK v2 answers 403 with. */
export interface ScopeChallenge {
  readonly scopes: readonly [string, ...string[]];
  readonly errorDescription: string;
}

/** Fits `scopeChallenge` of a tool, resource, template or prompt of SDK v2. */
export type ScopeChallengeHandler = (context: {
  readonly authInfo?: AuthInfoLike;
}) => Promise<ScopeChallenge | undefined>;

/**
 * What one tool, resource or prompt of a server of SDK v2 needs, judged by the SDK right before it
 * would run: a 403 with every scope that is needed. Beside the SDK's own `requireScopes`, it knows all
 * requirements, judges revocation again, and refuses calls without a mandate.
 *
 * What a 403 can't say, an outage or a revocation since the request came in, is thrown: the SDK makes
 * it a 500, and nothing runs.
 *
 * @throws ConfigurationError where verifier or route are malformed, or name no scope: the SDK can't
 *   answer 403 without one
 */
export function scopeChallenge(
  verifier: MandateVerifier,
  route: Requirements,
): ScopeChallengeHandler {
  const { recheck, defaults } = readVerifier("scopeChallenge", verifier).require(route);
  const [scope, ...more] = defaults.requiredScopes;
  if (scope === undefined) {
    throw new ConfigurationError(
      "scopeChallenge: a scope is missing, in the route or in the verifier's defaults: the SDK can't answer 403 without one",
    );
  }
  return async ({ authInfo }) => {
    const result = await recheck(principalFrom(authInfo));
    if (result.ok) return undefined;
    if (answers[result.error.code].status !== 403) throw result.error;
    return { scopes: [scope, ...more], errorDescription: inChallenge(result.error.description) };
  };
}
