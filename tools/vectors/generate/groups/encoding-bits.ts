import { accept, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { USER } from "../mandates.js";
import { partsOf, tokenOf } from "../token.js";
import { change, PARTS, type PartName, refused } from "./encoding-parts.js";

/** The header, the payload, or the signature, long enough that so many characters end its last group. */
function withRest(part: PartName, rest: 2 | 3): string {
  const fill = (length: number): Members => ({ fill: "x".repeat(length) });
  const candidates = [0, 1, 2].map((length) =>
    part === "header"
      ? tokenOf({ payload: USER, header: fill(length) })
      : tokenOf({ payload: { ...USER, ...fill(length) } }),
  );
  const index = PARTS.indexOf(part);
  const found = candidates.find((token) => (partsOf(token)[index] ?? "").length % 4 === rest);
  if (found === undefined) throw new Error(`No ${part} of length ${rest} modulo 4`);
  return found;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The last character with bits set that encode nothing. */
const withBits = (bits: number) => (text: string) =>
  text.slice(0, -1) + ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) | bits);

function trailingBits(): VectorCase[] {
  const table: readonly (readonly [PartName, 2 | 3, readonly number[]])[] = [
    ["header", 2, [1, 2, 4, 8, 15]],
    ["header", 3, [1, 2, 3]],
    ["payload", 2, [1, 2, 4, 8, 15]],
    ["payload", 3, [1, 2, 3]],
    ["signature", 2, [1, 2, 4, 8, 15]],
  ];
  return table.flatMap(([part, rest, values]) =>
    values.map((bits) =>
      refused(
        `${part}-rest-${rest}-bits-${bits}`,
        `${part}: unused bits of the last character are ${bits}, not 0`,
        change(withRest(part, rest), part, withBits(bits)),
      ),
    ),
  );
}

/** Lengths that encode no whole number of bytes, and parts that are not there. */
function lengths(good: string): VectorCase[] {
  return PARTS.flatMap((part) => [
    refused(
      `${part}-impossible-length`,
      `${part}: one character beyond a group of four`,
      change(good, part, (text) => `${text.slice(0, text.length - (text.length % 4))}A`),
    ),
    ...[2, 3].map((rest) =>
      accept(
        `encoding-accepted-${part}-rest-${rest}`,
        `${part} of whatever length`,
        USER,
        part === "signature" ? {} : { token: withRest(part, rest as 2 | 3) },
      ),
    ),
  ]);
}

export function bitCases(good: string): VectorCase[] {
  return [...trailingBits(), ...lengths(good)];
}
