import {
  type AuthResult,
  type Check,
  type Code,
  challenge,
  MandateError,
} from "@caracalai/transport-mcp";
import { STEPS } from "../model/model-order.js";

const CODES: readonly Code[] = [
  "missing_token",
  "invalid_token",
  "invalid_zone",
  "session_revoked",
  "delegation_stale",
  "insufficient_scope",
  "agent_required",
  "delegation_required",
  "chain_mismatch",
  "hop_count_exceeded",
  "verification_unavailable",
];

const CHECKS: readonly string[] = STEPS.map((step) => step.split(" ")[0] ?? step);

/** Checks that a token whose signature is wrong may end at. */
export const BEFORE_CLAIMS: readonly Check[] = [
  "bearer",
  "size",
  "encoding",
  "header",
  "algorithm",
  "kid",
  "key",
  "signature",
];

/** A result in one word: `ok`, or code and check. */
export function wordOf(result: AuthResult): string {
  return result.ok ? "ok" : `${result.error.code}/${result.error.check}`;
}

/** What is wrong with the form of a result; undefined where nothing is. */
export function malformationOf(result: AuthResult): string | undefined {
  const members = Object.keys(result).sort().join();
  if (result.ok) {
    if (members !== "ok,principal") return `members of an acceptance: ${members}`;
    return Object.isFrozen(result.principal) ? undefined : "a principal that can be changed";
  }
  if (members !== "error,ok") return `members of a refusal: ${members}`;
  if (!(result.error instanceof MandateError)) return "an error of another kind";
  const { code, check } = result.error;
  if (!CODES.includes(code) || !CHECKS.includes(check)) return `unknown: ${code}/${check}`;
  return undefined;
}

/** Everything that a refusal says anywhere, but for the stack. */
export function textOfRefusal(error: MandateError): string {
  const { status, headers, body } = challenge(error, { resourceMetadata: "https://m.example.com" });
  return [
    JSON.stringify(error),
    error.message,
    String(error),
    status,
    JSON.stringify(headers),
    body,
  ]
    .map(String)
    .join("\n");
}

/** A piece of 16 characters of a token that a text holds: it would stand there in one word. */
export function pieceOf(token: string, text: string): string | undefined {
  for (const [word] of text.matchAll(/[\w.-]{16,}/g)) {
    for (let at = 0; at + 16 <= word.length; at += 1) {
      const piece = word.slice(at, at + 16);
      if (token.includes(piece)) return piece;
    }
  }
  return undefined;
}
