import { ConfigurationError, type MandateError } from "@caracalai/identity";
import { answers } from "../answers.js";
import { inChallenge } from "../challenge.js";
import { type AuthInfo, authInfoOf } from "./auth-info.js";
import { readSdkOptions, type SdkOptions } from "./sdk-options.js";

/** The error classes of SDK v1: from `@modelcontextprotocol/sdk/server/auth/errors.js`. */
export interface SdkV1Errors {
  readonly InvalidTokenError: new (message: string) => Error;
  readonly InsufficientScopeError: new (message: string) => Error;
  readonly ServerError: new (message: string) => Error;
}

/** The error class of SDK v2: from `@modelcontextprotocol/server`. */
export interface SdkV2Errors {
  readonly OAuthError: new (code: string, message: string) => Error;
}

/** How {@link createTokenVerifier} judges, and says what came of it. */
export interface TokenVerifierOptions extends SdkOptions {
  /**
   * The classes by which the SDK tells one refusal from another. They are given, and not imported
   * here, because v1 tells them by identity: they have to be those of your own copy of the SDK.
   */
  readonly errors: SdkV1Errors | SdkV2Errors;
}

/** The `OAuthTokenVerifier` of the SDK, v1 and v2. */
export interface TokenVerifier {
  /**
   * Judges a token, without its scheme: steps 2 to 7 of the order of checks.
   *
   * @throws the SDK's error: `invalid_token` for what is a 401, `insufficient_scope` for what is a 403,
   *   `server_error`, which the SDK answers with 500, where verification is unavailable
   */
  verifyAccessToken(token: string): Promise<AuthInfo>;
}

/** A refusal in the words of OAuth. */
type OAuthCode = "invalid_token" | "insufficient_scope" | "server_error";

/**
 * What the SDK's own `requireBearerAuth` and `verifyBearerToken` verify tokens with. Their answers say
 * less than those of `requireMandate` and `createMandateGate`, and an outage is a 500 there.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const config = readSdkOptions("createTokenVerifier", options, ["errors"]);
  const createError = readErrors(options.errors);
  return Object.freeze({
    async verifyAccessToken(token: string): Promise<AuthInfo> {
      const result = await config.verifier.authenticate(token);
      if (!result.ok)
        throw createError(oauthCodeOf(result.error), inChallenge(result.error.description));
      return authInfoOf(result.principal, token, config);
    },
  });
}

function oauthCodeOf({ code }: MandateError): OAuthCode {
  const { status } = answers[code];
  if (status === 503) return "server_error";
  return status === 403 ? "insufficient_scope" : "invalid_token";
}

/** Of v1 first: its module has an `OAuthError` as well, which is another one. */
function readErrors(
  errors: Partial<SdkV1Errors & SdkV2Errors>,
): (code: OAuthCode, message: string) => Error {
  const { InvalidTokenError, InsufficientScopeError, ServerError, OAuthError } = Object(
    errors,
  ) as typeof errors;
  if (isClass(InvalidTokenError) && isClass(InsufficientScopeError) && isClass(ServerError)) {
    const classes = {
      invalid_token: InvalidTokenError,
      insufficient_scope: InsufficientScopeError,
      server_error: ServerError,
    };
    return (code, message) => new classes[code](message);
  }
  if (InvalidTokenError === undefined && isClass(OAuthError)) {
    return (code, message) => new OAuthError(code, message);
  }
  throw new ConfigurationError(
    "errors has to hold InvalidTokenError, InsufficientScopeError and ServerError of @modelcontextprotocol/sdk/server/auth/errors.js, or OAuthError of @modelcontextprotocol/server",
  );
}

function isClass<T>(value: T | undefined): value is T {
  return typeof value === "function";
}
