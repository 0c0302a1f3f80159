import {
  type AuthorityPolicy,
  andThen,
  judgeAuthority,
  type MandateError,
  type MaybePromise,
  unavailable,
} from "@caracalai/identity";
import type { AuthResult } from "./auth-result.js";
import {
  type AuthorityWatch,
  createAuthorityWatch,
  type OnAuthorityEnd,
} from "./authority-watch.js";
import type { Decision, DecisionAbout } from "./decision.js";
import { DecisionWatch } from "./decision-watch.js";
import type { AuthorizationHeader } from "./extract-bearer.js";
import { judgeHeader, judgeStanding, judgeToken } from "./judge.js";
import type { Principal } from "./principal.js";
import { isCaptured, narrow, type Requirements } from "./requirements.js";
import {
  type MandateVerifierOptions,
  readVerifierOptions,
  type VerifierConfig,
} from "./verifier-options.js";

/** Judges mandates for one resource server. Its methods can be passed around on their own. */
export interface MandateVerifier {
  /** The STS whose mandates are accepted. */
  readonly issuer: string;
  /** What mandates have to name in `aud`. */
  readonly audience: string;
  /** What every mandate needs; routes narrow it. Frozen. */
  readonly defaults: AuthorityPolicy;
  /**
   * Judges a token, without its scheme: steps 2 to 7 of the order of checks.
   *
   * @param route - what this operation needs on top of the defaults
   * @param about - what it is going to use, for the record that `onDecision` gets
   * @throws ConfigurationError where `route` is malformed; whatever the token is, an answer comes out
   */
  authenticate(token: string, route?: Requirements, about?: DecisionAbout): Promise<AuthResult>;
  /** Judges an `Authorization` header: step 1, then as {@link MandateVerifier.authenticate}. */
  authorization(
    header: AuthorizationHeader,
    route?: Requirements,
    about?: DecisionAbout,
  ): Promise<AuthResult>;
  /** Refuses without a token, for integrations that could not get at one: `onDecision` hears of it. */
  refuse(error: MandateError, about?: DecisionAbout): AuthResult;
  /**
   * Judges again a principal that this verifier has let in: its expiry, its authority for a further
   * operation, its revocation. For the moment right before a handler runs.
   */
  recheck(principal: Principal, route?: Requirements, about?: DecisionAbout): Promise<AuthResult>;
  /**
   * Whether the authority of a principal that this verifier has let in suffices for an operation:
   * step 6 alone, with no look at clock or revocations. For what to show in a list, and never for
   * what to run. It is no decision: `onDecision` does not hear of it.
   *
   * @throws ConfigurationError where `route` is malformed
   */
  permits(principal: Principal, route?: Requirements): boolean;
  /**
   * Watches a principal that this verifier has let in, for what stays open beyond an answer.
   *
   * @param onEnd - called once, within a second of the mandate's expiry, or of a revocation that
   *   reaches the store; with `verification_unavailable` where the store has had no answer twice
   * @returns the function that ends the watch
   */
  watch(principal: Principal, onEnd: OnAuthorityEnd): () => void;
  /**
   * The same verifier with narrower defaults, for one route or tool.
   *
   * @throws ConfigurationError where `route` is malformed
   */
  require(route: Requirements): MandateVerifier;
  /**
   * Fetches the key sets of all zones, so that the first request does not wait for them.
   *
   * @throws MandateError `verification_unavailable` where one could not be fetched
   */
  warmup(): Promise<void>;
}

/**
 * Creates a verifier.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function createMandateVerifier(options: MandateVerifierOptions): MandateVerifier {
  const config = readVerifierOptions(options);
  return createVerifier(config, createAuthorityWatch(config), new WeakMap());
}

/**
 * Judges one token with options given on the spot. Servers create a verifier once instead.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export async function authenticate(
  token: string,
  options: MandateVerifierOptions,
): Promise<AuthResult> {
  return createMandateVerifier(options).authenticate(token);
}

/** Has a decision reported when it stands; at once where it does. */
function tell(
  watch: DecisionWatch | undefined,
  judged: MaybePromise<AuthResult>,
): MaybePromise<AuthResult> {
  if (watch === undefined) return judged;
  return andThen(judged, (result) => {
    watch.report(result);
    return result;
  });
}

/**
 * @param narrowed - the verifiers of captured requirements, to have each once. Not for a verifier that
 *   was narrowed itself: of the orders in which requirements can be named there is no end.
 */
function createVerifier(
  config: VerifierConfig,
  authorityWatch: AuthorityWatch,
  narrowed?: WeakMap<Requirements, MandateVerifier>,
): MandateVerifier {
  const { claims, defaults, keyCache, onDecision } = config;

  function policyFor(route: Requirements | undefined): AuthorityPolicy {
    if (route === undefined) return defaults;
    return isCaptured(route) ? narrowedBy(route).defaults : narrow(defaults, route);
  }

  function narrowedBy(route: Requirements): MandateVerifier {
    const known = narrowed?.get(route);
    if (known !== undefined) return known;
    const verifier = createVerifier(
      { ...config, defaults: narrow(defaults, route) },
      authorityWatch,
    );
    if (isCaptured(route)) narrowed?.set(route, verifier);
    return verifier;
  }

  /** Undefined where nobody wants to know: then nothing is timed and nothing is noted. */
  function watchFor(
    stage: Decision["stage"],
    about: DecisionAbout | undefined,
  ): DecisionWatch | undefined {
    return onDecision && new DecisionWatch(onDecision, stage, about);
  }

  return Object.freeze({
    issuer: claims.issuer,
    audience: claims.audience,
    defaults,

    async authenticate(
      token: string,
      route?: Requirements,
      about?: DecisionAbout,
    ): Promise<AuthResult> {
      const policy = policyFor(route);
      const watch = watchFor("request", about);
      return tell(watch, judgeToken(token, policy, config, watch));
    },

    async authorization(
      header: AuthorizationHeader,
      route?: Requirements,
      about?: DecisionAbout,
    ): Promise<AuthResult> {
      const policy = policyFor(route);
      const watch = watchFor("request", about);
      return tell(watch, judgeHeader(header, policy, config, watch));
    },

    refuse(error: MandateError, about?: DecisionAbout): AuthResult {
      const refused: AuthResult = { ok: false, error };
      watchFor("request", about)?.report(refused);
      return refused;
    },

    async recheck(
      principal: Principal,
      route?: Requirements,
      about?: DecisionAbout,
    ): Promise<AuthResult> {
      const policy = policyFor(route);
      const watch = watchFor("recheck", about);
      return tell(watch, judgeStanding(principal, policy, config, watch));
    },

    permits(principal: Principal, route?: Requirements): boolean {
      return judgeAuthority(principal.mandate, policyFor(route)) === undefined;
    },

    watch: authorityWatch,

    require: narrowedBy,

    async warmup(): Promise<void> {
      const { issuer, zoneIds } = claims;
      const attempts = zoneIds.map(async (zoneId) => keyCache.warmup(issuer, zoneId));
      const warm = await Promise.all(attempts).catch(() => [false]);
      if (!warm.every((isWarm) => isWarm === true)) throw unavailable("jwks_unavailable");
    },
  });
}
