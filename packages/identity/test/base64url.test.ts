import { expect, test } from "vitest";
import { isBase64Url } from "../src/base64url.js";
import { below, createRandom } from "./support/random.js";

test.each(["", "AA", "AAA", "AAAA", "Zg", "Zm8", "Zm9v", "-_-_", "_w", "__8"])("%j is", (text) => {
  expect(isBase64Url(text)).toBe(true);
});

test.each([
  "A",
  "AAAAA",
  "Zh",
  "Zm9",
  "_x",
  "__9",
  "Zg==",
  "Zm8=",
  "+A",
  "/w",
  "Z g",
  "Zg\n",
  "Zgé",
  "\0",
])("%j is not", (text) => {
  expect(isBase64Url(text)).toBe(false);
});

test("a text is base64url exactly where it is the one encoding of its bytes", () => {
  const random = createRandom(1);
  for (let round = 0; round < 5_000; round += 1) {
    const text = Array.from({ length: below(random, 9) }, () =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= ".charAt(
        below(random, 68),
      ),
    ).join("");
    const canonical = Buffer.from(text, "base64url").toString("base64url");
    expect([text, isBase64Url(text)]).toEqual([text, canonical === text]);
  }
});
