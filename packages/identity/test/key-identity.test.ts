import { expect, test } from "vitest";
import { type KeySet, parseKeySet } from "../src/key-set.js";
import { createTestKey } from "./support/test-key.js";

type Jwk = Readonly<Record<string, unknown>>;

async function parse(jwks: readonly Jwk[], known?: KeySet): Promise<KeySet> {
  const parsed = await parseKeySet(Buffer.from(JSON.stringify({ keys: jwks })), known);
  if (parsed === undefined) throw new Error("not a key set");
  return parsed.keys;
}

const [one, two, other] = [createTestKey("one"), createTestKey("two"), createTestKey("one")];

test("what is the same stays the same object, among other keys and with other members", async () => {
  const before = await parse([one.jwk]);
  const after = await parse([two.jwk, { ...one.jwk, use: undefined, x5t: "a" }], before);
  expect(after.get("one")).toBe(before.get("one"));
  expect(after.get("two")).not.toBe(before.get("one"));
});

test.each<[string, Jwk]>([
  ["both coordinates", other.jwk],
  ["y", { ...one.jwk, y: mirrored(String(one.jwk.y)) }],
])("a key id with another key is another object: %s", async (_, jwk) => {
  const before = await parse([one.jwk]);
  const after = await parse([jwk], before);
  expect(after.get("one")).toBeDefined();
  expect(after.get("one")).not.toBe(before.get("one"));
});

test("a key under another key id, or one that was gone for a while, is another object", async () => {
  const before = await parse([one.jwk]);
  const renamed = await parse([{ ...one.jwk, kid: "two" }], before);
  expect(renamed.get("two")).not.toBe(before.get("one"));
  const between = await parse([two.jwk], before);
  const after = await parse([one.jwk], between);
  expect(after.get("one")).not.toBe(before.get("one"));
});

test.each<[string, readonly Jwk[]]>([
  ["twice", [one.jwk, one.jwk]],
  ["with its private part", [{ ...one.jwk, d: "AA" }]],
  ["for encryption", [{ ...one.jwk, use: "enc" }]],
])("a key that is in the set %s is gone, known or not", async (_, jwks) => {
  const before = await parse([one.jwk]);
  expect((await parse(jwks, before)).get("one")).toBeUndefined();
});

/** The other y of the same x. */
function mirrored(y: string): string {
  const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const value = BigInt(`0x${Buffer.from(y, "base64url").toString("hex")}`);
  const digits = (prime - value).toString(16).padStart(64, "0");
  return Buffer.from(digits, "hex").toString("base64url");
}
