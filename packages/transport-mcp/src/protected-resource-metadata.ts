import { ConfigurationError } from "@caracalai/identity";
import { readList, readScopes, rejectUnknownNames } from "./read-options.js";
import { readServerUrl } from "./server-url.js";

/** What a resource server says of itself. */
export interface ProtectedResourceOptions {
  /** The resource's identifier: an https URL, or http on a loopback host, without query or fragment. */
  readonly resource: string;
  /** Issuers of the authorization servers whose tokens it takes, URLs of the same form. At least one. */
  readonly authorizationServers: readonly string[];
  /** Scopes that clients may need. Left out where there are none. */
  readonly scopesSupported?: readonly string[] | undefined;
}

/** OAuth 2.0 Protected Resource Metadata (RFC 9728 section 2), as served. */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly bearer_methods_supported: readonly ["header"];
  readonly scopes_supported?: readonly string[];
}

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * The metadata document of a resource server.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function protectedResourceMetadata(
  options: ProtectedResourceOptions,
): ProtectedResourceMetadata {
  rejectUnknownNames("protectedResourceMetadata", options, [
    "resource",
    "authorizationServers",
    "scopesSupported",
  ]);
  const authorizationServers = readList("authorizationServers", options.authorizationServers);
  if (authorizationServers.length === 0) {
    throw new ConfigurationError("authorizationServers has to name one at least");
  }
  for (const [index, server] of authorizationServers.entries()) {
    readServerUrl(`authorizationServers[${index}]`, server);
  }
  const scopes = readScopes("scopesSupported", options.scopesSupported);
  return Object.freeze({
    resource: readServerUrl("resource", options.resource),
    authorization_servers: authorizationServers,
    bearer_methods_supported: Object.freeze(["header"] as const),
    ...(scopes.length > 0 && { scopes_supported: scopes }),
  });
}

/**
 * Where the metadata of a resource is served: the well-known part goes between host and path
 * (RFC 9728 section 3.1).
 *
 * @throws ConfigurationError where `resource` is not a URL as {@link ProtectedResourceOptions} wants it
 */
export function protectedResourceMetadataUrl(resource: string): string {
  const url = new URL(readServerUrl("resource", resource));
  url.pathname = url.pathname === "/" ? WELL_KNOWN : `${WELL_KNOWN}${url.pathname}`;
  return url.href;
}
