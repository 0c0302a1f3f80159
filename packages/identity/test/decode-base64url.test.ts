import { expect, test } from "vitest";
import { decodeBase64Url } from "../src/base64url.js";
import { below, createRandom } from "./support/random.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The bytes of text that stands within other text. */
function decode(text: string | Uint8Array): number[] | undefined {
  const characters = Buffer.concat([Buffer.from("!!"), Buffer.from(text), Buffer.from("AA=")]);
  const into = new Uint8Array(characters.length).fill(0xaa);
  const length = decodeBase64Url(characters, 2, characters.length - 3, into);
  return length === undefined ? undefined : [...into.subarray(0, length)];
}

test("random bytes come out as they went in, wherever they stand", () => {
  const random = createRandom(6);
  for (let length = 0; length < 200; length += 1) {
    const bytes = Array.from({ length }, () => below(random, 256));
    expect(decode(Buffer.from(bytes).toString("base64url"))).toEqual(bytes);
  }
});

test("a byte that is no letter of the alphabet is refused in every place", () => {
  for (const length of [2, 3, 4, 6, 7, 8]) {
    for (let at = 0; at < length; at += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        const text = Buffer.alloc(length, "A");
        text[at] = byte;
        const isStrict = text.toString("latin1") === canonical(text);
        expect([length, at, byte, decode(text) !== undefined]).toEqual([
          length,
          at,
          byte,
          isStrict,
        ]);
      }
    }
  }
});

test("every end of two and of three letters is refused where bits are left over", () => {
  let taken = 0;
  for (const first of ALPHABET) {
    for (const second of ALPHABET) {
      for (const third of ["", "A", "B", "E", "_"]) {
        const text = `${first}${second}${third}`;
        const bytes = decode(text);
        expect([text, bytes !== undefined]).toEqual([text, canonical(Buffer.from(text)) === text]);
        if (bytes !== undefined) taken += 1;
      }
    }
  }
  // 4 of 64 second letters where there are two; A and E where there are three.
  expect(taken).toBe(64 * 4 + 64 * 64 * 2);
});

test.each(["A", "AAAAA", "-", "AAAA="])("%j encodes no whole bytes", (text) => {
  expect(decode(text)).toBeUndefined();
});

function canonical(text: Buffer): string {
  return Buffer.from(text.toString("latin1"), "base64url").toString("base64url");
}
