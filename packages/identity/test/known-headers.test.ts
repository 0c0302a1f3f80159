import { verifyMandate } from "@caracalai/identity";
import { expect, test } from "vitest";
import { knownKeyId, rememberHeader } from "../src/known-headers.js";
import { judge, POLICY, verdictOf } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { createTestKey } from "./support/test-key.js";
import { CLAIMS, encode, HEADER, NOW, tokenOf } from "./support/token.js";

/** A key and a header that no other test has used. */
function createSigner(kid: string) {
  const key = createTestKey(kid);
  const header = { ...HEADER, kid };
  const encoded = encode(header);
  return {
    key,
    encoded,
    sign: (payload = CLAIMS) => tokenOf({ header, payload, key: key.privateKey }),
  };
}

test("a header is known once a genuine signature stood behind it", async () => {
  const { key, encoded, sign } = createSigner("known-1");
  const token = sign();
  expect(knownKeyId(encoded)).toBeUndefined();
  expect(await judge(`${token.slice(0, -4)}AAAA`, keysOf(key))).toBe("invalid_token/signature");
  expect(await judge(token, keysOf())).toBe("invalid_token/key");
  expect(knownKeyId(encoded)).toBeUndefined();
  expect(await judge(token, keysOf(key))).toBe("accepted");
  expect(knownKeyId(encoded)).toBe("known-1");
  expect(await judge(sign(), keysOf(key))).toBe("accepted");
});

test("a known header answers for nothing but itself", async () => {
  const { key, encoded, sign } = createSigner("known-2");
  const keys = keysOf(key);
  const token = sign();
  expect(await judge(token, keys)).toBe("accepted");
  const [, payload = "", signature = ""] = token.split(".");
  const verdicts = await Promise.all(
    [
      `${encoded}.${payload}=.${signature}`,
      `${encoded}.${payload}.${signature}=`,
      `${encoded}.${payload}.${signature}.`,
      `${encoded}.${payload}`,
      `${encoded}.${payload}.${signature.slice(4)}`,
      `${encoded}.${encode({})}.${signature}`,
      `${encoded}+.${payload}.${signature}`,
      `${encode({ ...HEADER, kid: "known-2", crit: [] })}.${payload}.${signature}`,
      `${encode({ ...HEADER, kid: "known-2", alg: "none" })}.${payload}.`,
    ].map((changed) => judge(changed, keys)),
  );
  expect(verdicts).toEqual([
    "invalid_token/encoding",
    "invalid_token/encoding",
    "invalid_token/encoding",
    "invalid_token/encoding",
    "invalid_token/signature",
    "invalid_token/signature",
    "invalid_token/encoding",
    "invalid_token/header",
    "invalid_token/algorithm",
  ]);
});

test("the key of a known header is looked for in the zone of whoever asks", async () => {
  const { key, sign } = createSigner("known-3");
  const token = sign();
  expect(await judge(token, keysOf(key))).toBe("accepted");
  expect(await judge(token, keysOf(createTestKey("known-3")))).toBe("invalid_token/signature");
  expect(await judge(token, keysOf())).toBe("invalid_token/key");
  const outcome = await verifyMandate(
    token,
    { ...POLICY, audience: "https://b" },
    keysOf(key),
    () => NOW,
  );
  expect(verdictOf(outcome)).toBe("invalid_token/audience");
});

test("256 are known and no more: the next one takes the place of all", async () => {
  const { key, encoded, sign } = createSigner("known-4");
  expect(await judge(sign(), keysOf(key))).toBe("accepted");
  // From here on, the last of them is the only one that is known.
  let last = 0;
  for (; knownKeyId(encoded) !== undefined && last < 256; last += 1) {
    rememberHeader(`fill-${last + 1}`, "kid");
  }
  const fresh = [`fill-${last}`, encoded, ...Array.from({ length: 254 }, (_, at) => `fresh-${at}`)];
  const known = () => fresh.filter((header) => knownKeyId(header) !== undefined);
  expect(known()).toEqual([`fill-${last}`]);

  for (const header of fresh.slice(1)) rememberHeader(header, "known-4");
  expect(known()).toEqual(fresh);
  // One that is known already needs no room.
  expect(await judge(sign(), keysOf(key))).toBe("accepted");
  expect(known()).toEqual(fresh);
  rememberHeader("one more", "kid");
  expect(known()).toEqual([]);
  expect(knownKeyId("one more")).toBe("kid");
});

test("none of more than 1,024 characters is known", () => {
  rememberHeader("a".repeat(1_024), "kid");
  rememberHeader("b".repeat(1_025), "kid");
  expect(knownKeyId("a".repeat(1_024))).toBe("kid");
  expect(knownKeyId("b".repeat(1_025))).toBeUndefined();
});
