import { createSecretKey, generateKeyPairSync, verify } from "node:crypto";
import type { MintOptions } from "@caracalai/dev-sts";
import { describe, expect, test } from "vitest";
import { claimsOf, decode, servedKeySet, startSts, uuidV7Shape, verifies } from "./support.js";

test("without claims it is a resource mandate with every claim that one needs", async () => {
  const sts = await startSts();
  const { header, claims } = decode(sts.mint({}, { now: 1_800_000_000 }));
  expect(header).toStrictEqual({ alg: "ES256", typ: "JWT", kid: sts.keySet().keys[0]?.kid });
  expect(claims).toStrictEqual({
    iss: sts.issuer,
    aud: ["https://mcp.example.com"],
    sub: "user_dev",
    sub_type: "user",
    client_id: "app_dev",
    zone_id: "zone_dev",
    jti: expect.stringMatching(uuidV7Shape),
    iat: 1_800_000_000,
    exp: 1_800_000_900,
    use: "resource",
    sid: expect.stringMatching(uuidV7Shape),
    root_sid: claims.sid,
    scope: "mcp:tool:call",
    target: ["https://mcp.example.com"],
  });
});

test("it is issued now, and no two are alike", async () => {
  const sts = await startSts({ audience: "https://notes.example.com" });
  const before = Math.floor(Date.now() / 1000);
  const [one, two] = [claimsOf(sts.mint()), claimsOf(sts.mint())];
  expect(one.iat).toBeGreaterThanOrEqual(before);
  expect(one.iat).toBeLessThanOrEqual(Date.now() / 1000);
  expect(one.exp).toBe(Number(one.iat) + 900);
  expect(one.aud).toStrictEqual(["https://notes.example.com"]);
  expect(one.target).toStrictEqual(["https://notes.example.com"]);
  expect(one.jti).not.toBe(two.jti);
  expect(one.sid).not.toBe(two.sid);
});

test("the served key verifies it", async () => {
  const sts = await startSts();
  const served = await servedKeySet(sts);
  for (let round = 0; round < 50; round += 1) expect(verifies(sts.mint(), served)).toBe(true);
});

test("claims replace defaults, whatever their type, and undefined leaves one out", async () => {
  const sts = await startSts();
  const claims = claimsOf(
    sts.mint({ scope: "notes:read", aud: 42, sub: undefined, sid: null, favourite: { a: 1 } }),
  );
  expect(claims).toMatchObject({ scope: "notes:read", aud: 42, sid: null, favourite: { a: 1 } });
  expect(claims).not.toHaveProperty("sub");
  expect(claims.root_sid).toMatch(uuidV7Shape);
});

test("zone_id is just a claim; the option chooses the key", async () => {
  const sts = await startSts({ zones: ["zone_a", "zone_b"] });
  expect(claimsOf(sts.mint({}, { zone: "zone_b" })).zone_id).toBe("zone_b");
  const mixed = sts.mint({ zone_id: "zone_b" });
  expect(verifies(mixed, sts.keySet("zone_a"))).toBe(true);
  expect(verifies(mixed, sts.keySet("zone_b"))).toBe(false);
});

describe("header", () => {
  test("kid and members can be chosen, and undefined removes one", async () => {
    const sts = await startSts();
    const token = sts.mint({}, { kid: "k", header: { typ: undefined, crit: ["exp"] } });
    expect(decode(token).header).toStrictEqual({ alg: "ES256", kid: "k", crit: ["exp"] });
  });
});

describe("wrong on purpose", () => {
  test.each<MintOptions>([
    { tamper: "signature" },
    { tamper: "payload" },
    { signWith: "foreign" },
    { kid: "unknown" },
  ])("%j does not verify", async (options) => {
    const sts = await startSts();
    const token = sts.mint({}, options);
    expect(verifies(token, sts.keySet())).toBe(false);
    expect(token.split(".").map((part) => part.length > 0)).toStrictEqual([true, true, true]);
  });

  test("a tampered mandate is well formed and a foreign key claims to be the current", async () => {
    const sts = await startSts();
    const kid = sts.keySet().keys[0]?.kid;
    const tampered = sts.mint({ sub: "user_1" }, { tamper: "payload" });
    expect(claimsOf(tampered)).toMatchObject({ sub: "user_1", tampered: true });
    const [, , signature = ""] = sts.mint({}, { tamper: "signature" }).split(".");
    expect(Buffer.from(signature, "base64url")).toHaveLength(64);
    expect(decode(sts.mint({}, { signWith: "foreign" })).header.kid).toBe(kid);
  });

  test("any key signs in its own way", async () => {
    const sts = await startSts();
    const secret = createSecretKey(Buffer.alloc(32, 1));
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const ed = generateKeyPairSync("ed25519");
    const header = { alg: "RS256" };
    const [first, second, third = ""] = sts
      .mint({}, { signWith: rsa.privateKey, header })
      .split(".");
    const input = Buffer.from(`${first}.${second}`);
    expect(verify("sha256", input, rsa.publicKey, Buffer.from(third, "base64url"))).toBe(true);
    expect(verifies(sts.mint({}, { signWith: secret }), sts.keySet())).toBe(false);
    expect(verifies(sts.mint({}, { signWith: ed.privateKey }), sts.keySet())).toBe(false);
  });
});

test.each<[string, object]>([
  ["an unknown option", { zoneId: "zone_dev" }],
  ["a public key", { signWith: generateKeyPairSync("ed25519").publicKey }],
  ["an unknown signer", { signWith: "next" }],
  ["an unknown tampering", { tamper: "header" }],
  ["a time that is none", { now: Number.NaN }],
])("%s throws a TypeError", async (_what, options) => {
  const sts = await startSts();
  expect(() => sts.mint({}, options as MintOptions)).toThrow(TypeError);
});

test("the previous key throws where there was no rotation", async () => {
  const sts = await startSts();
  expect(() => sts.mint({}, { signWith: "previous" })).toThrow(RangeError);
});
