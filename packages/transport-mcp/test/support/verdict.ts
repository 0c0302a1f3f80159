import type { AuthResult, MandateError, Principal } from "@caracalai/transport-mcp";

/** A result in one word: `ok`, or code and check. */
export function verdictOf(result: AuthResult): string {
  return result.ok ? "ok" : `${result.error.code}/${result.error.check}`;
}

export function principalOf(result: AuthResult): Principal {
  if (!result.ok) throw new Error(`expected to be let in: ${verdictOf(result)}`);
  return result.principal;
}

export function errorOf(result: AuthResult): MandateError {
  if (result.ok) throw new Error("expected a refusal");
  return result.error;
}
