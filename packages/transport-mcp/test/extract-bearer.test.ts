import { type AuthorizationHeader, extractBearer } from "@caracalai/transport-mcp";
import { describe, expect, test, vi } from "vitest";
import { notingStore } from "./support/stores.js";
import { verifierFor } from "./support/sts.js";
import { verdictOf } from "./support/verdict.js";

const NBSP = "\u00a0";
const MISSING = "missing_token/bearer";
const MALFORMED = "invalid_token/bearer";
// What got past step 1 is judged as a token, and none of these is one.
const TAKEN = "invalid_token/encoding";
const TOO_LONG = "invalid_token/size";

const long = (length: number) => "a".repeat(length);

/** Name, header, the token taken out of it, the verdict. */
const single: readonly (readonly [string, string | null | undefined, string | null, string])[] = [
  ["undefined", undefined, null, MISSING],
  ["null", null, null, MISSING],
  ["empty", "", null, MISSING],
  ["white space", " ", null, MISSING],
  ["Basic", "Basic dXNlcjpwYXNz", null, MISSING],
  ["Basic, then Bearer", "Basic dXNlcjpwYXNz, Bearer abc", null, MISSING],
  ["another scheme that begins with bearer", "Bearer-Ish abc", null, MISSING],
  ["the scheme run into the token", "Bearerabc", null, MISSING],
  ["a token without scheme", "abc", null, MISSING],
  ["Bearer alone", "Bearer", null, MISSING],
  ["Bearer and a space", "Bearer ", null, MISSING],
  ["Bearer and spaces", "Bearer    ", null, MISSING],
  ["Bearer and a tab", "Bearer\t", null, MISSING],
  ["Bearer and a no-break space", `Bearer${NBSP}`, null, MISSING],
  ["white space before", " Bearer abc", null, MISSING],
  ["one token", "Bearer abc", "abc", TAKEN],
  ["lower case", "bearer abc", "abc", TAKEN],
  ["upper case", "BEARER abc", "abc", TAKEN],
  ["mixed case", "bEaReR abc", "abc", TAKEN],
  ["several spaces", "Bearer   abc", "abc", TAKEN],
  ["garbage that a token may not hold", "Bearer abc;x=1", "abc;x=1", TAKEN],
  ["two tokens", "Bearer abc def", null, MALFORMED],
  ["the scheme twice", "Bearer Bearer abc", null, MALFORMED],
  ["a comma list", "Bearer abc,def", null, MALFORMED],
  ["two headers joined", "Bearer abc, Bearer def", null, MALFORMED],
  ["a comma alone", "Bearer ,", null, MALFORMED],
  ["a comma at once", "Bearer,abc", null, MALFORMED],
  ["a colon", "Bearer: abc", null, MALFORMED],
  ["a tab between", "Bearer\tabc", null, MALFORMED],
  ["a space and a tab between", "Bearer \tabc", null, MALFORMED],
  ["a tab and a space between", "Bearer\t abc", null, MALFORMED],
  ["a no-break space between", `Bearer${NBSP}abc`, null, MALFORMED],
  ["a space and a no-break space between", `Bearer ${NBSP}abc`, null, MALFORMED],
  ["a line feed between", "Bearer\nabc", null, MALFORMED],
  ["a space after", "Bearer abc ", null, MALFORMED],
  ["a tab after", "Bearer abc\t", null, MALFORMED],
  ["a no-break space after", `Bearer abc${NBSP}`, null, MALFORMED],
  ["CRLF after", "Bearer abc\r\nx-admin: 1", null, MALFORMED],
  ["NUL inside", "Bearer ab\0c", null, MALFORMED],
  ["16 KiB", `Bearer ${long(16_384)}`, long(16_384), TAKEN],
  ["64 KB", `Bearer ${long(65_536)}`, long(65_536), TOO_LONG],
  ["1 MB", `Bearer ${long(1_048_576)}`, long(1_048_576), TOO_LONG],
  ["64 KB with a space inside", `Bearer ${long(65_536)} a`, `${long(65_536)} a`, TOO_LONG],
  ["1 MB without scheme", long(1_048_576), null, MISSING],
  ["1 MB of spaces", `Bearer${" ".repeat(1_048_576)}`, " ".repeat(1_048_575), TOO_LONG],
  [
    "20 KB of spaces and a token",
    `Bearer${" ".repeat(20_001)}a`,
    `${" ".repeat(20_000)}a`,
    TOO_LONG,
  ],
  [
    "20 KB of tabs and a token",
    `Bearer${"\t".repeat(20_001)}a`,
    `${"\t".repeat(20_000)}a`,
    TOO_LONG,
  ],
  ["64 spaces and a token", `Bearer${" ".repeat(64)}abc`, "abc", TAKEN],
  ["64 spaces and 16 KiB", `Bearer${" ".repeat(64)}${long(16_384)}`, long(16_384), TAKEN],
  [
    "65 spaces and 16 KiB",
    `Bearer${" ".repeat(65)}${long(16_384)}`,
    `${" ".repeat(64)}${long(16_384)}`,
    TOO_LONG,
  ],
];

/** Name, header lines as a server saw them, the verdict. */
const several: readonly (readonly [string, AuthorizationHeader, string])[] = [
  ["no header", [], MISSING],
  ["one header", ["Bearer abc"], TAKEN],
  ["one of another scheme", ["Basic abc"], MISSING],
  ["two headers", ["Bearer abc", "Bearer def"], MALFORMED],
  ["the same header twice", ["Bearer abc", "Bearer abc"], MALFORMED],
  ["Basic and Bearer", ["Basic abc", "Bearer abc"], MALFORMED],
  ["Bearer and an empty one", ["Bearer abc", ""], MALFORMED],
];

/** What no type allows, and JavaScript lets through. */
const foreign: readonly (readonly [string, unknown, string])[] = [
  ["a number", 5, MISSING],
  ["a boolean", true, MISSING],
  ["a symbol", Symbol("header"), MISSING],
  ["an object", { authorization: "Bearer abc" }, MISSING],
  ["a function", () => "Bearer abc", MISSING],
  ["a String object", new String("Bearer abc"), MISSING],
  ["a set", new Set(["Bearer abc"]), MISSING],
  ["a list of a number", [5], MISSING],
  ["a list of a symbol", [Symbol("header")], MISSING],
  ["a list of a list", [["Bearer abc"]], MISSING],
  ["a list of nothing", [undefined], MISSING],
  ["a hole and a header", [undefined, "Bearer abc"], MISSING],
];

const find = vi.fn();
const calls: string[] = [];
const verifier = verifierFor(
  { issuer: "https://sts.example.com" },
  { keyCache: { find, warmup: find }, revocations: notingStore(calls) },
);

describe("the Authorization header", () => {
  test.each(single)("%s", async (_name, header, token, verdict) => {
    // Compared here, since a difference of a megabyte takes minutes to print.
    expect(extractBearer(header ?? undefined) === token).toBe(true);
    expect(verdictOf(await verifier.authorization(header))).toBe(verdict);
    expect(verdictOf(await verifier.authorization(header == null ? header : [header]))).toBe(
      verdict,
    );
  });

  test.each(several)("as a list: %s", async (_name, header, verdict) => {
    expect(verdictOf(await verifier.authorization(header))).toBe(verdict);
  });

  test.each(foreign)("of another type: %s", async (_name, header, verdict) => {
    expect(verdictOf(await verifier.authorization(header as AuthorizationHeader))).toBe(verdict);
  });

  test.each([
    ["no token", undefined],
    ["two tokens", "Bearer abc def"],
  ])("%s: the hint says what the header has to be", async (_name, header) => {
    const answer = await verifier.authorization(header);
    expect(answer.ok ? undefined : answer.error.hint).toMatch(/Authorization header .*bearer/i);
  });

  test("the usual form is taken as any other is, whatever character is in it", () => {
    const characters = Array.from({ length: 0x400 }, (_, code) => String.fromCharCode(code));
    for (const character of [...characters, "\u2028", "\u3000", "\ufeff", "\u{1f511}", "\ud800"]) {
      for (const token of [character, `${character}b`, `a${character}`, `a${character}b`]) {
        const usual = extractBearer(`Bearer ${token}`);
        expect(usual, JSON.stringify(token)).toBe(extractBearer(`bearer ${token}`));
        // Spaces may come before a token, and are no part of it.
        const rest = token.replace(/^ +/, "");
        const isToken = /^[^\s,\p{Cc}]+$/u.test(rest);
        expect(usual, JSON.stringify(token)).toBe(isToken ? rest : null);
      }
    }
  });

  test("no key and no revocation is looked up for any of them", () => {
    expect(find).not.toHaveBeenCalled();
    expect(calls).toEqual([]);
  });
});
