import { createHash, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { platform as node } from "../src/platform/node.js";
import type { Platform } from "../src/platform/platform.js";
import { platform as web } from "../src/platform/web.js";
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

test.each(["", "abc", "é€😀", "x".repeat(20_000)])(
  "on Node a digest is the 32 bytes of SHA-256, a character each: %j",
  (text) => {
    const bytes = Buffer.from(node.digest(text) ?? "", "latin1");
    expect(bytes).toEqual(createHash("sha256").update(text).digest());
  },
);

test("on the Web a digest would have to be waited for, so there is none", () => {
  expect(web.digest("abc")).toBeUndefined();
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
