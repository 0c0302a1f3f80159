import { HttpProblem } from "./http-problem.js";
import type { Route } from "./route.js";
import { grantTypes, type OauthSetting, tokenPath } from "./token-endpoint.js";

const authorizationPath = "/oauth/authorize";

/** `GET /.well-known/oauth-authorization-server` (RFC 8414 section 3). */
export function metadataEndpoint(setting: OauthSetting): Route {
  return {
    method: "GET",
    path: "/.well-known/oauth-authorization-server",
    handle: () => ({
      status: 200,
      headers: { "cache-control": "max-age=300, must-revalidate" },
      body: metadata(setting),
    }),
  };
}

/** RFC 8414 section 2. Without PKCE methods: there is nobody to redirect a browser to. */
function metadata({ applications, from }: OauthSetting): object {
  const { issuer, zones } = from();
  const [firstZone = ""] = zones.ids;
  const scopes = [...new Set(applications.flatMap((application) => application.scopes))];
  return {
    issuer,
    // The official MCP client takes no metadata without the one and the other, empty as it is.
    authorization_endpoint: `${issuer}${authorizationPath}`,
    response_types_supported: [],
    token_endpoint: `${issuer}${tokenPath}`,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    grant_types_supported: grantTypes,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    // A key set is a zone's, and the document has room for one: the zone that is the default.
    jwks_uri: `${issuer}/.well-known/jwks.json?zone_id=${encodeURIComponent(firstZone)}`,
  };
}

/**
 * `GET /oauth/authorize`, which the metadata has to name: nobody logs in here. Answered and not
 * redirected, as for every unknown redirection address (RFC 6749 section 4.1.2.1).
 */
export const authorizationEndpoint: Route = {
  method: "GET",
  path: authorizationPath,
  handle: () => {
    const description = `Nobody logs in here: use a grant of ${tokenPath}`;
    throw new HttpProblem(400, "unsupported_response_type", description);
  },
};
