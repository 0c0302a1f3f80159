import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { platform as node } from "../src/platform/node.js";
import type { Platform } from "../src/platform/platform.js";
import { platform as web } from "../src/platform/web.js";
import { below, createRandom } from "./support/random.js";
import { createTestKey } from "./support/test-key.js";
import { signatureOf } from "./support/token.js";

const KEY = createTestKey();
const INPUT = "header.payload";
const SIGNATURE = signatureOf(INPUT, KEY.privateKey);
const X = String(KEY.jwk.x);
const Y = String(KEY.jwk.y);
const OTHER = createTestKey();

const PLATFORMS: readonly (readonly [string, Platform])[] = [
  ["node", node],
  ["web", web],
];

/** What both say, which has to be the same. */
async function bothSay<T>(ask: (platform: Platform) => Promise<T> | T): Promise<T> {
  const answer = await ask(node);
  expect(await ask(web)).toEqual(answer);
  return answer;
}

test.each([
  ["empty", []],
  ["ASCII", [0x61, 0x00, 0x7f]],
  ["a byte-order mark, kept", [0xef, 0xbb, 0xbf, 0x7b]],
  ["two, three and four bytes", [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]],
  ["the last code point", [0xf4, 0x8f, 0xbf, 0xbf]],
])("UTF-8: %s", async (_, bytes) => {
  const text = await bothSay((platform) => platform.decodeUtf8(Uint8Array.from(bytes)));
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
])("not UTF-8: %s", async (_, bytes) => {
  expect(await bothSay((platform) => platform.decodeUtf8(Uint8Array.from(bytes)))).toBeUndefined();
});

test("a view into a larger buffer is decoded from its own start", async () => {
  const view = new TextEncoder().encode("abcdef").subarray(2, 4);
  expect(await bothSay((platform) => platform.decodeUtf8(view))).toBe("cd");
});

test("random bytes come out of base64url as they went in", async () => {
  const random = createRandom(6);
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length }, () => below(random, 256));
    const text = Buffer.from(bytes).toString("base64url");
    const decoded = await bothSay((platform) => [...platform.decodeBase64Url(text)]);
    expect(decoded).toEqual([...bytes]);
  }
});

test.each([
  ["a point of the curve", X, Y, true],
  ["a point off the curve", X, String(OTHER.jwk.y), false],
  ["coordinates exchanged", Y, X, false],
  ["zero", "A".repeat(43), "A".repeat(43), false],
  ["beyond the field", `${"_".repeat(42)}8`, Y, false],
  ["short", X.slice(4), Y, false],
])("import: %s", async (_, x, y, isKey) => {
  const imports = (platform: Platform) => platform.importKey({ x, y });
  expect(await bothSay(async (platform) => (await imports(platform)) !== undefined)).toBe(isKey);
});

const flipped = Buffer.from(SIGNATURE);
flipped.writeUInt8(flipped.readUInt8(63) ^ 1, 63);

test.each([
  ["right", INPUT, SIGNATURE, true],
  ["other input", `${INPUT}x`, SIGNATURE, false],
  ["no input", "", SIGNATURE, false],
  ["a bit flipped", INPUT, flipped, false],
  ["zeros", INPUT, Buffer.alloc(64), false],
  ["ones", INPUT, Buffer.alloc(64, 0xff), false],
  ["another key's", INPUT, signatureOf(INPUT, OTHER.privateKey), false],
  ["Ed25519", INPUT, signatureOf(INPUT, generateKeyPairSync("ed25519").privateKey), false],
])("verify: %s", async (_, input, signature, isGenuine) => {
  const verified = await bothSay(async (platform) => {
    const key = await platform.importKey({ x: X, y: Y });
    return key && (await platform.verify(key, input, signature));
  });
  expect(verified).toBe(isGenuine);
});

test.each(PLATFORMS)("%s verifies what node signs, again and again", async (_, platform) => {
  for (let round = 0; round < 50; round += 1) {
    const { privateKey, jwk } = createTestKey();
    const key = await platform.importKey({ x: String(jwk.x), y: String(jwk.y) });
    expect(key && (await platform.verify(key, INPUT, signatureOf(INPUT, privateKey)))).toBe(true);
  }
});
