import type { MandateError } from "@caracalai/identity";
import type { Principal } from "./principal.js";

/** The one thing that comes out of every verification. */
export type AuthResult =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly error: MandateError };

export function refused(error: MandateError): AuthResult {
  return { ok: false, error };
}
