import { expect, test } from "vitest";
import { decodeUtf8 } from "../src/decode-utf8.js";

test.each([
  ["empty", []],
  ["ASCII", [0x61, 0x00, 0x7f]],
  ["a byte-order mark, kept", [0xef, 0xbb, 0xbf, 0x7b]],
  ["two, three and four bytes", [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]],
  ["the last code point", [0xf4, 0x8f, 0xbf, 0xbf]],
])("UTF-8: %s", (_, bytes) => {
  const text = decodeUtf8(Uint8Array.from(bytes));
  expect(Buffer.from(text ?? "").toJSON().data).toEqual(bytes);
});

test.each([
  ["a byte that is never used", [0xff]],
  ["a continuation byte alone", [0x80]],
  ["cut off", [0xe2, 0x82]],
  ["overlong /", [0xc0, 0xaf]],
  ["overlong NUL", [0xe0, 0x80, 0x80]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["beyond the last code point", [0xf4, 0x90, 0x80, 0x80]],
])("not UTF-8: %s", (_, bytes) => {
  expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  expect(decodeUtf8(Uint8Array.from([0x61]))).toBe("a");
});

test("a view into a larger buffer is decoded from its own start", () => {
  expect(decodeUtf8(new TextEncoder().encode("abcdef").subarray(2, 4))).toBe("cd");
});
