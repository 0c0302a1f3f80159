import type { IncomingMessage } from "node:http";
import {
  ConfigurationError,
  type Principal,
  protectedResourceMetadataUrl,
} from "@caracalai/transport-mcp";
import type { ServerOptions } from "fastmcp";
import { admitRequest, verifyProcess } from "./admission.js";
import { openCallContext, prepareCallContexts } from "./call-context.js";
import { observeRequests } from "./observe-requests.js";
import { guardServersOf } from "./observe-servers.js";
import { requireOrExplain } from "./protect-item.js";
import { NOTHING_FURTHER } from "./protected-items.js";
import { readProtection, type ServerProtection } from "./protection-options.js";
import { guardedRoots } from "./unknown-copies.js";

/** FastMCP's options but for those that protection owns. */
export type ProtectableServerOptions = Omit<
  ServerOptions<Principal>,
  "authenticate" | "auth" | "oauth"
>;

const OWNED = ["authenticate", "auth", "oauth"];

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
  rejectOwned(options, protection);
  const { guard, metadata } = readProtection(protection);
  const resourceMetadata = protectedResourceMetadataUrl(metadata.resource);
  const { onToolCall } = options;
  observeRequests();
  prepareCallContexts();

  const authenticate = (request: IncomingMessage | undefined): Promise<Principal> =>
    request === undefined
      ? verifyProcess(guard)
      : admitRequest(openCallContext(guard, request), request, resourceMetadata);
  guardServersOf(authenticate, guard);
  return {
    ...options,
    roots: guardedRoots(options.roots, guard),
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
    onToolCall: (call) => {
      const routes = guard.items.routesOf({ kind: "tool", name: call.toolName });
      const judging = requireOrExplain([NOTHING_FURTHER, ...routes]);
      return judging === undefined ? onToolCall?.(call) : judging.then(() => onToolCall?.(call));
    },
  };
}

function rejectOwned(options: ProtectableServerOptions, protection: ServerProtection): void {
  for (const [name, value] of Object.entries({ options, protection })) {
    if (typeof value === "object" && value !== null) continue;
    throw new ConfigurationError(`protectServer: ${name} has to be an object`);
  }
  const owned = OWNED.find((name) => Object.hasOwn(options, name));
  if (owned !== undefined) {
    throw new ConfigurationError(`protectServer sets ${owned} itself: leave it out of the options`);
  }
}
