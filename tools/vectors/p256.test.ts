import { createPrivateKey, createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { multiplyBase, N, sign, toBytes } from "./generate/p256.js";

const base64url = (value: bigint) => toBytes(value).toString("base64url");

test("the signatures of RFC 6979, appendix A.2.5", () => {
  const key = 0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721n;
  expect(sign(key, "sample")).toEqual({
    r: 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n,
    s: 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
  });
  expect(sign(key, "test")).toEqual({
    r: 0xf1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367n,
    s: 0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083n,
  });
});

test.each([1n, 2n, 0xdeadbeefn, N - 1n])("what key %s signs, the platform verifies", (key) => {
  const { x, y } = multiplyBase(key);
  const jwk = { kty: "EC", crv: "P-256", x: base64url(x), y: base64url(y) };
  const publicKey = createPublicKey({ format: "jwk", key: jwk });
  const derived = createPublicKey(
    createPrivateKey({ format: "jwk", key: { ...jwk, d: base64url(key) } }),
  );
  expect(publicKey.equals(derived)).toBe(true);

  for (const message of ["", "a", "header.payload", "é".repeat(100)]) {
    const { r, s } = sign(key, message);
    for (const candidate of [s, N - s]) {
      const bytes = Buffer.concat([toBytes(r), toBytes(candidate)]);
      const options = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
      expect(verify("sha256", Buffer.from(message), options, bytes)).toBe(true);
    }
  }
});
