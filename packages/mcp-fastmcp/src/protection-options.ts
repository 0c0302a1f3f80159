import {
  ConfigurationError,
  type MandateVerifier,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
  type Requirements,
} from "@caracalai/transport-mcp";
import type { ItemKind } from "./called-items.js";
import type { Guard } from "./guard.js";
import { type MandateSource, readMandateSource } from "./process-mandate.js";
import { ProtectedItems, type RouteTables } from "./protected-items.js";
import { Sessions } from "./sessions.js";

/** Requirements by name. */
export type RouteTable = Readonly<Record<string, Requirements>>;

/** What protects a server. */
export interface ServerProtection {
  /** Judges the mandates. Its defaults hold for every request. */
  readonly verifier: MandateVerifier;
  /** The server's identifier in its metadata (RFC 9728). Default: the verifier's audience. */
  readonly resource?: string | undefined;
  /** Issuers that clients get mandates from. Default: the verifier's issuer. */
  readonly authorizationServers?: readonly string[] | undefined;
  /** Scopes that clients may need. Default: those that every request needs. */
  readonly scopesSupported?: readonly string[] | undefined;
  /** What tools need beyond that, by name, on top of `protectTool`. Each has to be there at start. */
  readonly tools?: RouteTable | undefined;
  /** The same for resources, by URI. */
  readonly resources?: RouteTable | undefined;
  /** The same for resource templates, by URI template. */
  readonly resourceTemplates?: RouteTable | undefined;
  /** The same for prompts, by name. */
  readonly prompts?: RouteTable | undefined;
  /**
   * The mandate that calls over stdio and in memory are made by, or what tells the current one; it is
   * verified for every message. It is waited for 10 seconds; where it fails or takes longer, calls are
   * refused as `verification_unavailable`. Default: none, and such calls are refused.
   */
  readonly processMandate?: MandateSource | undefined;
  /** Whether to serve the legacy SSE transport as well. Default false. */
  readonly legacySse?: boolean | undefined;
  /** How many sessions may be open at a time: 1 to 1,000,000. Default 10,000. */
  readonly maxSessions?: number | undefined;
}

const NAMES: readonly (keyof ServerProtection)[] = [
  "verifier",
  "resource",
  "authorizationServers",
  "scopesSupported",
  "tools",
  "resources",
  "resourceTemplates",
  "prompts",
  "processMandate",
  "legacySse",
  "maxSessions",
];

const VERIFIER_METHODS = [
  "authenticate",
  "authorization",
  "refuse",
  "recheck",
  "require",
  "permits",
  "watch",
];

const DEFAULT_MAX_SESSIONS = 10_000;
const MAX_MAX_SESSIONS = 1_000_000;

/** @throws ConfigurationError for what is missing, malformed or unknown */
export function readProtection(protection: ServerProtection): {
  readonly guard: Guard;
  readonly metadata: ProtectedResourceMetadata;
} {
  const unknown = Object.keys(protection).find((name) => !(NAMES as string[]).includes(name));
  if (unknown !== undefined) fail(`unknown option ${unknown}; known: ${NAMES.join(", ")}`);
  const { verifier } = protection;
  const missing = VERIFIER_METHODS.find((name) => typeof Object(verifier)[name] !== "function");
  if (missing !== undefined) {
    fail(`verifier is missing, or has no function ${missing}: see createMandateVerifier`);
  }
  return {
    metadata: readMetadata(protection),
    guard: {
      verifier,
      items: new ProtectedItems(readTables(protection)),
      sessions: new Sessions(readMaxSessions(protection.maxSessions)),
      legacySse: readFlag("legacySse", protection.legacySse),
      processMandate:
        protection.processMandate === undefined
          ? undefined
          : readMandateSource(protection.processMandate),
      isServing: false,
    },
  };
}

function readMetadata({ verifier, ...protection }: ServerProtection): ProtectedResourceMetadata {
  if (protection.resource === undefined && !/^https?:/i.test(verifier.audience)) {
    throw new ConfigurationError(
      "resource is missing, and its default, the verifier's audience, is no URL",
    );
  }
  return protectedResourceMetadata({
    resource: protection.resource ?? verifier.audience,
    authorizationServers: protection.authorizationServers ?? [verifier.issuer],
    scopesSupported: protection.scopesSupported ?? verifier.defaults.requiredScopes,
  });
}

function readTables(protection: ServerProtection): RouteTables {
  const { tools, resources, resourceTemplates, prompts } = protection;
  for (const [name, table] of Object.entries({ tools, resources, resourceTemplates, prompts })) {
    if (table === undefined || isPlainObject(table)) continue;
    fail(`${name} has to be a plain object of requirements by name`);
  }
  const byKind: Record<ItemKind, RouteTable | undefined> = {
    tool: tools,
    resource: resources,
    resource_template: resourceTemplates,
    prompt: prompts,
  };
  return byKind;
}

/** Of anything else the entries are not seen: of a map, or of `{ __proto__: … }`. */
function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function readMaxSessions(value: unknown): number {
  if (value === undefined) return DEFAULT_MAX_SESSIONS;
  const isInRange = Number.isSafeInteger(value) && Number(value) > 0;
  if (isInRange && Number(value) <= MAX_MAX_SESSIONS) return Number(value);
  return fail(`maxSessions has to be an integer from 1 to ${MAX_MAX_SESSIONS}`);
}

function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value === true;
  return fail(`${name} has to be true or false`);
}

function fail(message: string): never {
  throw new ConfigurationError(`protectServer: ${message}`);
}
