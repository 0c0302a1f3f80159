import { type AuthorityPolicy, ConfigurationError } from "@caracalai/identity";
import { readFlag, readList, readScopes, rejectUnknownNames } from "./read-options.js";

/**
 * What an operation needs of a mandate. Given to a verifier, these are its defaults; given for a
 * route or a tool, they narrow the defaults and can't widen them: lists are united, flags are or-ed,
 * the smaller hop limit wins. `undefined` means: as the default.
 */
export interface Requirements {
  /** Scopes (RFC 6749 section 3.3), all of which have to be granted. Default none. */
  readonly requiredScopes?: readonly string[] | undefined;
  /** Resources, all of which have to be among the mandate's targets; exact comparison. Default none. */
  readonly requiredTargets?: readonly string[] | undefined;
  /** Only an agent's mandate. Default false. */
  readonly requireAgent?: boolean | undefined;
  /** Only a delegated mandate. Default false. */
  readonly requireDelegation?: boolean | undefined;
  /** Application ids, all of which have to be in the delegation chain. Default none. */
  readonly requireChainContains?: readonly string[] | undefined;
  /** Delegation path, chain, edge and hop count have to fit together. Default false. */
  readonly requireChainIntegrity?: boolean | undefined;
  /** How often the authority may have been delegated: an integer of 0 or more. Default 10. */
  readonly maxHopCount?: number | undefined;
}

/** Requirements, validated and frozen. No hop limit means: as the default. */
export type CapturedRequirements = Omit<AuthorityPolicy, "maxHopCount"> &
  Pick<Requirements, "maxHopCount">;

/** Those of {@link captureRequirements}: nobody can change them any more. */
const captured = new WeakSet<object>();

/** The names of the members of {@link Requirements}. */
export const REQUIREMENT_NAMES: readonly (keyof Requirements)[] = [
  "requiredScopes",
  "requiredTargets",
  "requireAgent",
  "requireDelegation",
  "requireChainContains",
  "requireChainIntegrity",
  "maxHopCount",
];

const DEFAULT_MAX_HOP_COUNT = 10;

/** Validates and captures the requirements among a verifier's options. */
export function readDefaults(options: Requirements): AuthorityPolicy {
  return Object.freeze({
    requiredScopes: readScopes("requiredScopes", options.requiredScopes),
    requiredTargets: readList("requiredTargets", options.requiredTargets),
    requireAgent: readFlag("requireAgent", options.requireAgent),
    requireDelegation: readFlag("requireDelegation", options.requireDelegation),
    requireChainContains: readList("requireChainContains", options.requireChainContains),
    requireChainIntegrity: readFlag("requireChainIntegrity", options.requireChainIntegrity),
    maxHopCount: readHopCount(options.maxHopCount) ?? DEFAULT_MAX_HOP_COUNT,
  });
}

/**
 * Validates and captures requirements before there is a verifier to hold them against: what is
 * wrong with them shows where they are written, not at the first request.
 *
 * @throws ConfigurationError for a member that is unknown or malformed
 */
export function captureRequirements(route: Requirements): CapturedRequirements {
  if (isCaptured(route)) return route;
  rejectUnknownNames("requirements", route, REQUIREMENT_NAMES);
  const requirements = Object.freeze({
    ...readDefaults(route),
    maxHopCount: readHopCount(route.maxHopCount),
  });
  captured.add(requirements);
  return requirements;
}

/** Whether requirements are the ones that were captured, and not others like them. */
export function isCaptured(route: Requirements): route is CapturedRequirements {
  return captured.has(route);
}

/**
 * What a route needs on top of the defaults.
 *
 * @throws ConfigurationError for a member that is unknown or malformed
 */
export function narrow(defaults: AuthorityPolicy, route: Requirements): AuthorityPolicy {
  const more = captureRequirements(route);
  return Object.freeze({
    requiredScopes: unite(defaults.requiredScopes, more.requiredScopes),
    requiredTargets: unite(defaults.requiredTargets, more.requiredTargets),
    requireAgent: defaults.requireAgent || more.requireAgent,
    requireDelegation: defaults.requireDelegation || more.requireDelegation,
    requireChainContains: unite(defaults.requireChainContains, more.requireChainContains),
    requireChainIntegrity: defaults.requireChainIntegrity || more.requireChainIntegrity,
    maxHopCount: Math.min(defaults.maxHopCount, more.maxHopCount ?? Infinity),
  });
}

function readHopCount(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ConfigurationError("maxHopCount has to be an integer of 0 or more");
}

function unite(first: readonly string[], second: readonly string[]): readonly string[] {
  return Object.freeze([...new Set([...first, ...second])]);
}
