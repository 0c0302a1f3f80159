import type { MandateErrorFields } from "@caracalai/identity";
import { answers } from "./answers.js";

/** What an answer says beside the error. */
export interface ChallengeOptions {
  /** Where the resource's metadata is served (RFC 9728 section 5.1), for the challenge. */
  readonly resourceMetadata?: string | undefined;
}

/** An HTTP answer to a refused request, for servers of any kind. */
export interface Challenge {
  readonly status: 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** The JSON body of a refusal. */
export interface ErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_hint: string;
}

/** Soon enough for a caller that waits, and not a storm: an outage rarely ends sooner. */
const RETRY_AFTER_SECONDS = "1";

/** The body of an answer, also where there is no HTTP status to say it with. */
export function errorBody(error: MandateErrorFields): ErrorBody {
  return {
    error: error.code,
    error_description: error.description,
    error_hint: error.hint,
  };
}

/**
 * Says a refusal over HTTP: status, `WWW-Authenticate` (RFC 6750 section 3) or `Retry-After`, and a
 * JSON body that no cache may keep.
 */
export function challenge(error: MandateErrorFields, options: ChallengeOptions = {}): Challenge {
  const answer = answers[error.code];
  return {
    status: answer.status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(answer.status === 503
        ? { "retry-after": RETRY_AFTER_SECONDS }
        : { "www-authenticate": wwwAuthenticate(error, options) }),
    },
    body: JSON.stringify(errorBody(error)),
  };
}

/** {@link challenge} as a web-standard `Response`. */
export function challengeResponse(
  error: MandateErrorFields,
  options: ChallengeOptions = {},
): Response {
  const { status, headers, body } = challenge(error, options);
  return new Response(body, { status, headers });
}

function wwwAuthenticate(
  error: MandateErrorFields,
  { resourceMetadata }: ChallengeOptions,
): string {
  const answer = answers[error.code];
  const parameters = [
    parameter("error", answer.error),
    parameter("error_description", answer.error && error.description),
    parameter("scope", error.requiredScopes?.join(" ")),
    parameter("resource_metadata", resourceMetadata),
  ].filter((text) => text !== undefined);
  return ["Bearer", parameters.join(", ")].join(" ").trimEnd();
}

/** `name="value"`. */
function parameter(name: string, value: string | null | undefined): string | undefined {
  if (!value) return undefined;
  return `${name}="${inChallenge(value)}"`;
}

/** Text in the characters that RFC 6750 section 3 allows between the quotes of a challenge. */
export function inChallenge(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "?");
}
