import type { IncomingMessage } from "node:http";
import {
  ConfigurationError,
  challengeResponse,
  type MandateVerifier,
  type Principal,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "@caracalai/transport-mcp";
import type { ServerOptions } from "fastmcp";
import { openCallContext, prepareCallContexts } from "./call-context.js";
import { calledItems } from "./called-items.js";
import { observeRequests } from "./observe-requests.js";
import { requireOrExplain } from "./protect-item.js";
import { NOTHING_FURTHER, Protections } from "./protection.js";
import { observeRegistrations } from "./registrations.js";

/** What protects a server. */
export interface ServerProtection {
  /** Judges the mandates. Its defaults hold for every request. */
  readonly verifier: MandateVerifier;
  /** The server's identifier in its metadata (RFC 9728). Default: the verifier's audience. */
  readonly resource?: string;
  /** Issuers that clients get mandates from. Default: the verifier's issuer. */
  readonly authorizationServers?: readonly string[];
  /** Scopes that clients may need. Default: those that every request needs. */
  readonly scopesSupported?: readonly string[];
}

/** FastMCP's options but for those that protection owns. */
export type ProtectableServerOptions = Omit<
  ServerOptions<Principal>,
  "authenticate" | "auth" | "oauth"
>;

const OWNED = ["authenticate", "auth", "oauth"];
const PROTECTION_NAMES = ["verifier", "resource", "authorizationServers", "scopesSupported"];

/**
 * Options for `new FastMCP(…)` that let a request in only with a mandate, and run a tool only by the
 * mandate of the call's own request. Refusals are 401, 403 and 503 with a challenge and a JSON body.
 *
 * @param options - the server's own options; an `onToolCall` of yours runs after the check
 * @throws ConfigurationError where an option is missing, malformed, unknown or owned by protection
 */
export function protectServer(
  options: ProtectableServerOptions,
  protection: ServerProtection,
): ServerOptions<Principal> {
  const { verifier, metadata, resourceMetadata } = readProtection(options, protection);
  const protections = new Protections();
  observeRequests();
  prepareCallContexts();

  async function admit(request: IncomingMessage, context: ReturnType<typeof openCallContext>) {
    refuseLegacySse(request);
    // Each once: a batch may name a tool 100,000 times, before anyone knows who sent it.
    const routes = new Set(calledItems(request).flatMap((item) => protections.routesOf(item)));
    const judge = [...routes].reduce((narrower, route) => narrower.require(route), verifier);
    const result = await judge.authorization(request.headersDistinct.authorization);
    if (!result.ok) throw challengeResponse(result.error, { resourceMetadata });
    for (const route of [NOTHING_FURTHER, ...routes]) context.met.add(route);
    context.principal = result.principal;
    return result.principal;
  }

  const { onToolCall } = options;
  const authenticate = (request: IncomingMessage | undefined): Promise<Principal> => {
    if (request === undefined) throw new Error("stdio carries no mandate: calls are refused");
    return admit(request, openCallContext(verifier));
  };
  observeRegistrations(authenticate, protections);
  return {
    ...options,
    authenticate,
    oauth: {
      enabled: true,
      protectedResource: {
        resource: metadata.resource,
        authorizationServers: [...metadata.authorization_servers],
        bearerMethodsSupported: [...metadata.bearer_methods_supported],
        ...(metadata.scopes_supported && { scopesSupported: [...metadata.scopes_supported] }),
      },
    },
    onToolCall: async (call) => {
      const routes = protections.routesOf({ kind: "tool", name: call.toolName });
      for (const route of [NOTHING_FURTHER, ...routes]) await requireOrExplain(route);
      await onToolCall?.(call);
    },
  };
}

function readProtection(options: ProtectableServerOptions, protection: ServerProtection) {
  for (const [name, value] of Object.entries({ options, protection })) {
    if (typeof value === "object" && value !== null) continue;
    throw new ConfigurationError(`protectServer: ${name} has to be an object`);
  }
  const owned = OWNED.find((name) => Object.hasOwn(options, name));
  if (owned !== undefined) {
    throw new ConfigurationError(`protectServer sets ${owned} itself: leave it out of the options`);
  }
  const unknown = Object.keys(protection).find((name) => !PROTECTION_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `protectServer: unknown option ${unknown}; known: ${PROTECTION_NAMES.join(", ")}`,
    );
  }
  const { verifier } = protection;
  if (typeof verifier?.authorization !== "function") {
    throw new ConfigurationError("protectServer: verifier is missing, see createMandateVerifier");
  }
  if (protection.resource === undefined && !/^https?:/i.test(verifier.audience)) {
    throw new ConfigurationError(
      "resource is missing, and its default, the verifier's audience, is no URL",
    );
  }
  const metadata = protectedResourceMetadata({
    resource: protection.resource ?? verifier.audience,
    authorizationServers: protection.authorizationServers ?? [verifier.issuer],
    scopesSupported: protection.scopesSupported ?? verifier.defaults.requiredScopes,
  });
  return { verifier, metadata, resourceMetadata: protectedResourceMetadataUrl(metadata.resource) };
}

/**
 * FastMCP always serves the legacy SSE transport beside the real one, and its messages come in
 * without any authentication: no such session is opened.
 */
function refuseLegacySse(request: IncomingMessage): void {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (request.method === "GET" && pathname === "/sse") {
    throw new Response("Not Found", { status: 404 });
  }
}
