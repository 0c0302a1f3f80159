import type { Application } from "./applications.js";
import { authenticateClient } from "./client-authentication.js";
import { clientCredentials } from "./client-credentials.js";
import type { Grant } from "./grant.js";
import { type MandateIssuer, mint } from "./mint.js";
import { oauthProblem } from "./oauth-problem.js";
import { type Form, readForm } from "./read-form.js";
import type { RevokedAnchors } from "./revoked-anchors.js";
import type { Call, Reply, Route } from "./route.js";
import { tokenExchange } from "./token-exchange.js";

/** What the OAuth endpoints need of their STS. */
export interface OauthSetting {
  readonly applications: readonly Application[];
  readonly revoked: RevokedAnchors;
  /** Known once the STS listens. */
  from(): MandateIssuer;
}

/** The grants that there are (RFC 8414 section 2, `grant_types_supported`). */
export const grantTypes = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:token-exchange",
] as const;

export const tokenPath = "/oauth/token";

/** A resource mandate lives 15 minutes at most. */
const lifetimeSeconds = 900;

/** `POST /oauth/token` (RFC 6749 section 3.2): mandates for configured applications. */
export function tokenEndpoint(setting: OauthSetting): Route {
  return {
    method: "POST",
    path: tokenPath,
    handle: async ({ request, query }: Call) => {
      const form = await readForm(request);
      if (query.size > 0) throw oauthProblem("invalid_request", "Parameters belong in the body");
      const application = authenticateClient(request, form, setting.applications);
      const now = Math.floor(Date.now() / 1000);
      return issue(setting.from(), application, grant(setting, application, form, now), now);
    },
  };
}

function grant(setting: OauthSetting, application: Application, form: Form, now: number): Grant {
  const { issuer, zones } = setting.from();
  const grantType = form.value("grant_type");
  switch (grantType) {
    case grantTypes[0]:
      return clientCredentials(application, form);
    case grantTypes[1]: {
      const zone = zones.named(application.zoneId);
      return tokenExchange(application, form, { issuer, zone, revoked: setting.revoked, now });
    }
    case undefined:
      throw oauthProblem("invalid_request", "grant_type is missing");
    default:
      throw oauthProblem("unsupported_grant_type", `There are ${grantTypes.join(" and ")}`);
  }
}

/** RFC 6749 section 5.1. */
function issue(from: MandateIssuer, application: Application, granted: Grant, now: number): Reply {
  const { scopes, resources, claims, endsBy = Number.POSITIVE_INFINITY, issuedTokenType } = granted;
  const scope = scopes.length > 0 ? scopes.join(" ") : undefined;
  const exp = Math.min(now + lifetimeSeconds, endsBy);
  const token = mint(
    from,
    { ...claims, aud: resources, target: resources, scope, exp },
    { zone: application.zoneId, now },
  );
  return {
    status: 200,
    headers: { "cache-control": "no-store", pragma: "no-cache" },
    body: {
      access_token: token,
      issued_token_type: issuedTokenType,
      token_type: "Bearer",
      expires_in: exp - now,
      scope,
    },
  };
}
