import { generateKeyPairSync, sign } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { judge } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { createTestKey } from "./support/test-key.js";
import { CLAIMS, encode, KEY, signatureOf, tokenOf, withSignature } from "./support/token.js";

/** The order of the group of P-256 (FIPS 186-4 D.1.2.3). */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const TOKEN = tokenOf();
const INPUT = TOKEN.slice(0, TOKEN.lastIndexOf("."));
const SIGNATURE = Buffer.from(TOKEN.slice(INPUT.length + 1), "base64url");
const R = SIGNATURE.subarray(0, 32);
const S = SIGNATURE.subarray(32);
const ZERO = Buffer.alloc(32);

function scalar(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

test.each([
  ["all zeros", Buffer.alloc(64)],
  ["all ones", Buffer.alloc(64, 0xff)],
  ["r zero", Buffer.concat([ZERO, S])],
  ["s zero", Buffer.concat([R, ZERO])],
  ["r = n", Buffer.concat([scalar(N), S])],
  ["s = n", Buffer.concat([R, scalar(N)])],
  ["r = n + 1", Buffer.concat([scalar(N + 1n), S])],
  ["s = n + 1", Buffer.concat([R, scalar(N + 1n)])],
  ["r = 1, s = 1", Buffer.concat([scalar(1n), scalar(1n)])],
  ["s, r", Buffer.concat([S, R])],
  ["n - r", Buffer.concat([scalar(N - numberOf(R)), S])],
  ["truncated", SIGNATURE.subarray(0, 63)],
  ["a zero byte more", Buffer.concat([SIGNATURE, Buffer.alloc(1)])],
  ["DER", sign("sha256", Buffer.from(INPUT), KEY.privateKey)],
  ["DER cut to 64 bytes", sign("sha256", Buffer.from(INPUT), KEY.privateKey).subarray(0, 64)],
  ["of another input", signatureOf(`${INPUT}A`, KEY.privateKey)],
  ["of another key", signatureOf(INPUT, createTestKey().privateKey)],
  ["of secp256k1", signatureOf(INPUT, ofCurve("secp256k1"))],
  ["of P-384, cut to 64 bytes", signatureOf(INPUT, ofCurve("P-384")).subarray(0, 64)],
  ["of Ed25519", signatureOf(INPUT, generateKeyPairSync("ed25519").privateKey)],
])("%s is refused", async (_, signature) => {
  expect(await judge(withSignature(TOKEN, signature))).toBe("invalid_token/signature");
});

test("n - s is the other valid signature, and accepted", async () => {
  const other = Buffer.concat([R, scalar(N - numberOf(S))]);
  expect(await judge(withSignature(TOKEN, other))).toBe("accepted");
});

test("each of the 512 bits counts", async () => {
  const verdicts = new Set<string>();
  for (let bit = 0; bit < 512; bit += 1) {
    const flipped = Buffer.from(SIGNATURE);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    verdicts.add(await judge(withSignature(TOKEN, flipped)));
  }
  expect([...verdicts]).toEqual(["invalid_token/signature"]);
});

test("one character of header or payload changed is never accepted", async () => {
  const keys = keysOf(KEY);
  const verdicts = new Set<string>();
  for (let at = 0; at < INPUT.length; at += 1) {
    const letter = INPUT.charAt(at) === "A" ? "B" : "A";
    verdicts.add(await judge(`${TOKEN.slice(0, at)}${letter}${TOKEN.slice(at + 1)}`, keys));
  }
  expect(verdicts).not.toContain("accepted");
});

test("the payload of one token under the signature of another is refused", async () => {
  const [header = "", , signature = ""] = TOKEN.split(".");
  const token = `${header}.${encode({ sub: "other" })}.${signature}`;
  expect(await judge(token)).toBe("invalid_token/signature");
});

test("tokens whose key is waited for at the same time keep their own signatures", async () => {
  const at = keysOf(KEY);
  const later = { ...at, find: async (query: Parameters<typeof at.find>[0]) => at.find(query) };
  const forged = withSignature(TOKEN, Buffer.alloc(64, 1));
  const other = tokenOf({ payload: { ...CLAIMS, sub: "other" } });
  const verdicts = await Promise.all(
    [forged, TOKEN, forged, other, forged, TOKEN].map((token) => judge(token, later)),
  );
  const refused = "invalid_token/signature";
  expect(verdicts).toEqual([refused, "accepted", refused, "accepted", refused, "accepted"]);
});

test("with one zone, no payload is parsed before its signature is verified", async () => {
  const parse = vi.spyOn(JSON, "parse");
  onTestFinished(() => {
    parse.mockRestore();
  });
  const payloads = () => parse.mock.calls.filter(([text]) => text.includes('"sub"'));
  expect(await judge(withSignature(TOKEN, Buffer.alloc(64, 1)))).toBe("invalid_token/signature");
  expect(await judge(TOKEN, keysOf())).toBe("invalid_token/key");
  expect(payloads()).toEqual([]);
  expect(await judge(TOKEN)).toBe("accepted");
  expect(payloads()).toHaveLength(1);
});

function ofCurve(namedCurve: string) {
  return generateKeyPairSync("ec", { namedCurve }).privateKey;
}
