import { oauthProblem } from "./oauth-problem.js";

/**
 * The scopes that are granted: those asked for, by default all that there may be (RFC 6749 section
 * 3.3). Ends in `invalid_scope` where one of them may not be, or is none.
 */
export function grantedScopes(
  asked: string | undefined,
  may: readonly string[],
): readonly string[] {
  const scopes = asked === undefined ? may : [...new Set(asked.split(" "))];
  if (scopes.every((scope) => may.includes(scope))) return scopes;
  throw oauthProblem("invalid_scope", "A scope is malformed, or may not be granted");
}

/**
 * The resources that a mandate is for: those asked for, by default the only one that there may be
 * (RFC 8707 section 2). Ends in `invalid_target` where one of them may not be, or none is named out
 * of several.
 */
export function grantedResources(
  asked: readonly string[],
  may: readonly string[],
): readonly string[] {
  const resources = asked.length === 0 ? may : [...new Set(asked)];
  if (asked.length === 0 && may.length !== 1) {
    throw oauthProblem("invalid_target", "Name a resource: there is no default");
  }
  if (resources.every((resource) => may.includes(resource))) return resources;
  throw oauthProblem("invalid_target", "A resource is unknown, or no mandate may be had for it");
}
