import type { AuthorizationHeader } from "@caracalai/transport-mcp";
import { type Choices, oneOf, textOf } from "../support/choices.js";
import { bytesOf } from "./damaged-token.js";

const SCHEMES = ["Bearer", "bearer", "BEARER", "bEaReR"];
const OTHERS = [
  "Basic",
  "Bear",
  "Bearerx",
  "Bearer:",
  "Bearer=",
  "Bearer,",
  "\u212aearer",
  "DPoP",
  "",
];
const BLANKS = ["\t", "\u00a0", "\n", "\r\n ", "\u2003", "\ufeff", "", "\u000b", " \t", "\0"];
const ALPHABET = 'Bearer bearerBEARER ,\t\u00a0\0\n"\\=:;.\u00e4\ud800abc';

/** A header that holds one bearer token and nothing else. */
export function plainHeader(choices: Choices, token: string): AuthorizationHeader {
  const value = `${oneOf(choices, SCHEMES)}${" ".repeat(1 + choices.below(3))}${token}`;
  return choices.below(4) === 3 ? [value] : value;
}

/** A header that holds anything but that, wherever the token came from. */
export function otherHeader(choices: Choices, token: string): AuthorizationHeader {
  const scheme = oneOf(choices, SCHEMES);
  const plain = `${scheme} ${token}`;
  return oneOf<() => AuthorizationHeader>(choices, [
    () => `${oneOf(choices, OTHERS)} ${token}`,
    () => `${scheme}${oneOf(choices, BLANKS)}${token}`,
    () => `${plain}${oneOf(choices, [" ", "\t", "\n", "\0", ",", " x", ", Bearer x", "\u00a0"])}`,
    () => `${oneOf(choices, [" ", "\t", "\ufeff", "x", "Basic x, "])}${plain}`,
    () => `${plain} ${token}`,
    () => `${plain},${plain}`,
    () => [plain, plain],
    () => [plain, ""],
    () => ["", plain],
    () => [],
    () => token,
    () => scheme,
    () => `${scheme} ${scheme}`,
    () => undefined,
    () => null,
    () => textOf(choices, 40, ALPHABET),
    () => bytesOf(choices, 40),
  ])();
}
