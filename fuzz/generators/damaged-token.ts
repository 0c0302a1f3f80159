import { type Choices, oneOf, textOf } from "../support/choices.js";
import { otherSignature } from "../support/signing-key.js";

export const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const FOREIGN = ".=+/ \t\n\r\0%\u00e4\u017f\ud800,\"'{}";

/** Anything: characters of tokens, bytes read as Latin-1, text that looks like a JWS. */
export function anyToken(choices: Choices): string {
  return oneOf(choices, [
    () => textOf(choices, 60, `${BASE64URL}..`),
    () => textOf(choices, 30, BASE64URL + FOREIGN),
    () => bytesOf(choices, 60),
    () => `${textOf(choices, 20, BASE64URL)}.${textOf(choices, 20, BASE64URL)}.${"A".repeat(86)}`,
    () => ".".repeat(choices.below(6)),
  ])();
}

/** A token with one to three places changed; mostly in its header, where a refusal costs least. */
export function damagedToken(choices: Choices, token: string): string {
  const changes = oneOf(choices, [1, 1, 1, 2, 3]);
  let damaged = token;
  for (let change = 0; change < changes; change += 1) damaged = changedOnce(choices, damaged);
  return damaged;
}

function changedOnce(choices: Choices, token: string): string {
  const at = placeIn(choices, token);
  const [before, after] = [token.slice(0, at), token.slice(at)];
  const length = 1 + choices.below(8);
  return oneOf<() => string>(choices, [
    () => before + oneOf(choices, [...BASE64URL]) + after.slice(1),
    () => before + oneOf(choices, [...BASE64URL]) + after.slice(1),
    () => before + String.fromCharCode(choices.below(256)) + after.slice(1),
    () => before + oneOf(choices, [...FOREIGN]) + after.slice(1),
    () => before + after.slice(length),
    () => before + textOf(choices, 8, BASE64URL) + after,
    () => before + bytesOf(choices, 8) + after,
    () => before + after.slice(0, length) + after,
    () => withFlippedBit(choices, token),
    () => withFlippedBit(choices, token),
    () => withFlippedBit(choices, token),
    () => oneOf(choices, WHOLE)(token, at),
  ])();
}

/** Changes of the whole token. */
const WHOLE: readonly ((token: string, at: number) => string)[] = [
  (token, at) => token.slice(at) + token.slice(0, at),
  (token, at) => token.slice(0, at),
  (token, at) => token.slice(0, at) + token.slice(at).toUpperCase(),
  (token, at) => token.slice(0, at) + token.slice(at).toLowerCase(),
  (token) => token.split(".").reverse().join("."),
  (token) => `${token}=`,
  (token) => token.replaceAll("-", "+").replaceAll("_", "/"),
  (token) => `${token}.${token}`,
  (token) => ` ${token}`,
  (token) => token.split(".").slice(0, 2).join("."),
  (token) => token.repeat(1 + Math.ceil(16_384 / (token.length + 1))),
];

function placeIn(choices: Choices, token: string): number {
  const headerEnd = token.indexOf(".") + 1;
  const isInHeader = headerEnd > 0 && choices.below(4) > 0;
  return choices.below(isInHeader ? headerEnd : token.length + 1);
}

/** One bit of what a part encodes, so that the encoding stays right. */
function withFlippedBit(choices: Choices, token: string): string {
  const parts = token.split(".");
  const part = choices.below(parts.length);
  const bytes = Buffer.from(parts[part] ?? "", "base64url");
  if (bytes.length === 0) return token;
  const at = choices.below(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << choices.below(8)), at);
  return parts.with(part, bytes.toString("base64url")).join(".");
}

/** The same token with the other signature of the same key over the same (n - s in place of s). */
export function withOtherSignature(token: string): string {
  const at = token.lastIndexOf(".") + 1;
  const signature = Buffer.from(token.slice(at), "base64url");
  return token.slice(0, at) + otherSignature(signature).toString("base64url");
}

/** Bytes, as a server that reads headers as Latin-1 hands them on. */
export function bytesOf(choices: Choices, maxLength: number): string {
  const length = choices.below(maxLength + 1);
  return String.fromCharCode(...Array.from({ length }, () => choices.below(256)));
}
