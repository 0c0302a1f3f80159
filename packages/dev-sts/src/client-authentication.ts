import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Application } from "./applications.js";
import { oauthProblem } from "./oauth-problem.js";
import { utf8 } from "./read-body.js";
import type { Form } from "./read-form.js";
import { isSecretOf } from "./secret-digest.js";

interface Credentials {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

const nobodysDigest = randomBytes(32);

/**
 * The application that sent a token request, by `client_secret_basic` or `client_secret_post` (RFC
 * 6749 section 2.3.1). Ends in `invalid_client`, and in `invalid_request` where it uses both.
 */
export function authenticateClient(
  request: IncomingMessage,
  form: Form,
  applications: readonly Application[],
): Application {
  const given = readCredentials(request.headersDistinct.authorization ?? [], form);
  const application = applications.find(({ clientId }) => clientId === given.clientId);
  // Compared in any case: the time that it takes does not tell which applications there are.
  const digest = application?.secretDigest ?? nobodysDigest;
  const isRight = isSecretOf(digest, given.clientSecret ?? "");
  if (application !== undefined && isRight) return application;
  throw oauthProblem("invalid_client", "The client is unknown, or its secret is wrong or missing");
}

function readCredentials(headers: readonly string[], form: Form): Credentials {
  const posted = { clientId: form.value("client_id"), clientSecret: form.value("client_secret") };
  const [header] = headers;
  if (header === undefined) return posted;
  const basic = readBasic(header);
  const isSame = (posted.clientId ?? basic.clientId) === basic.clientId;
  if (headers.length > 1 || posted.clientSecret !== undefined || !isSame) {
    throw oauthProblem("invalid_request", "The client authenticates in more than one way");
  }
  return basic;
}

const nobody: Credentials = { clientId: undefined, clientSecret: undefined };

/** RFC 7617 section 2; id and secret are form-encoded (RFC 6749 section 2.3.1). */
function readBasic(header: string): Credentials {
  const [, encoded = ""] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? [];
  try {
    const text = utf8(Buffer.from(encoded, "base64"));
    const colon = text.indexOf(":");
    if (colon === -1) return nobody;
    return {
      clientId: decodeURIComponent(text.slice(0, colon)),
      clientSecret: decodeURIComponent(text.slice(colon + 1)),
    };
  } catch {
    return nobody;
  }
}
