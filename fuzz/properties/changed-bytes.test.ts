import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE64URL, damagedToken, withOtherSignature } from "../generators/damaged-token.js";
import { BEFORE_CLAIMS, wordOf } from "../support/answer.js";
import { BASE_TOKENS } from "../support/base-tokens.js";
import { oneOf } from "../support/choices.js";
import { verifierOf } from "../support/world.js";
import { holdsFor, runs } from "./check-property.js";

const { authenticate } = verifierOf(["zone_a"]);
const REFUSALS: readonly string[] = BEFORE_CLAIMS.map((check) => `invalid_token/${check}`);
const [token = ""] = BASE_TOKENS;

/** Every token with one bit less or more in what one of its three parts encodes. */
function flippedBits(): string[] {
  const parts = token.split(".");
  return parts.flatMap((part, at) => {
    const bytes = Buffer.from(part, "base64url");
    return Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return parts.with(at, changed.toString("base64url")).join(".");
    });
  });
}

describe("a token that was changed is refused before its claims are judged", () => {
  test("every single bit", async () => {
    const words = new Set<string>();
    for (const changed of flippedBits()) words.add(wordOf(await authenticate(changed)));
    expect(REFUSALS).toEqual(expect.arrayContaining([...words]));
  });

  test("every place, by any character", async () => {
    const at = fc.nat({ max: token.length - 1 });
    const character = fc.oneof(
      fc.constantFrom(...BASE64URL),
      fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)),
    );
    const property = fc.asyncProperty(at, character, async (place, other) => {
      fc.pre(token.charAt(place) !== other);
      const changed = token.slice(0, place) + other + token.slice(place + 1);
      expect(REFUSALS).toContain(wordOf(await authenticate(changed)));
    });
    await fc.assert(property, runs(3_000));
  });

  test("several places, cut, doubled, moved", () =>
    holdsFor(3_000, async (choices) => {
      const base = oneOf(choices, BASE_TOKENS);
      const changed = damagedToken(choices, base);
      const expected = base === changed ? ["ok"] : [...REFUSALS, "missing_token/bearer"];
      expect(expected).toContain(wordOf(await authenticate(changed)));
    }));
});

test("n - s in place of s is the same decision", async () => {
  for (const base of BASE_TOKENS) {
    const other = withOtherSignature(base);
    expect(other).not.toBe(base);
    expect(await authenticate(other)).toEqual(await authenticate(base));
    expect(wordOf(await authenticate(other))).toBe("ok");
  }
});
