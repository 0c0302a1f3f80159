import { MandateError } from "@caracalai/identity";
import type { Principal } from "../principal.js";
import { isVerified } from "./auth-info.js";

/** As much of the SDK's `AuthInfo` as is looked at. */
export interface AuthInfoLike {
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The caller of a handler, out of the `authInfo` that the SDK gives it: `extra.authInfo` in v1,
 * `ctx.http?.authInfo` in v2. Only what this module has put there counts, by identity: what another
 * middleware calls a principal is none.
 *
 * @throws MandateError `missing_token` where there is none, as over stdio and in-memory transports
 */
export function principalFrom(authInfo: AuthInfoLike | undefined): Principal {
  const principal = authInfo?.extra?.principal;
  if (isVerified(principal)) return principal;
  throw new MandateError({
    code: "missing_token",
    check: "bearer",
    description: "Missing bearer token",
    hint: "The call did not come in over HTTP with a mandate that was verified here: stdio and in-memory transports carry none, and other authentication makes none.",
  });
}
