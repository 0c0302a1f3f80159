import {
  confirmMandate,
  createKeyCache,
  type KeyLookup,
  MandateError,
  type VerifiedMandate,
  verifyMandate,
  verifyToken,
} from "@caracalai/identity";
import { expect, test } from "vitest";
import { POLICY } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { currentKid, startSts } from "./support/start-sts.js";
import { CLAIMS, ISSUER, KEY, NOW, tokenOf, ZONE } from "./support/token.js";

function verified(claims: object = {}): VerifiedMandate {
  const token = tokenOf({ payload: { ...CLAIMS, ...claims } });
  const outcome = verifyToken(token, POLICY, keysOf(KEY), () => NOW);
  if (outcome instanceof Promise || outcome instanceof MandateError) throw new Error("refused");
  return outcome;
}

const cacheOf = (lookup: KeyLookup | Promise<KeyLookup>) => ({
  find: () => lookup,
  warmup: async () => true,
});

function wordOf(confirmed: string | MandateError): string {
  return typeof confirmed === "string" ? confirmed : `${confirmed.code}/${confirmed.check}`;
}

test("a verified token comes with its mandate, its key and its key id", () => {
  const token = tokenOf();
  const keys = keysOf(KEY);
  expect(verifyToken(token, POLICY, keys, () => NOW)).toEqual({
    mandate: verifyMandate(token, POLICY, keys, () => NOW),
    key: KEY.publicKey,
    kid: KEY.kid,
  });
  expect(verified().key).toBe(KEY.publicKey);
});

test("a mandate is confirmed at once, by one look at the key set of its zone", () => {
  const keys = keysOf(KEY);
  expect(confirmMandate(verified(), POLICY, keys, () => NOW)).toBe("confirmed");
  expect(keys.queries).toEqual([{ issuer: ISSUER, zoneId: ZONE, kid: KEY.kid }]);
});

test.each<[string, KeyLookup, string]>([
  ["is gone", "unknown", "invalid_token/key"],
  ["can't be looked for", "unavailable", "verification_unavailable/jwks_unavailable"],
  ["is another one", {}, "key_exchanged"],
])("where the key %s, that is the answer, at once or later", async (_, lookup, word) => {
  const mandate = verified();
  const atOnce = confirmMandate(mandate, POLICY, cacheOf(lookup), () => NOW);
  expect(atOnce).not.toBeInstanceOf(Promise);
  expect(wordOf(await atOnce)).toBe(word);
  const later = confirmMandate(mandate, POLICY, cacheOf(Promise.resolve(lookup)), () => NOW);
  expect(wordOf(await later)).toBe(word);
});

test("whatever the time is, the answer is that of a verification", async () => {
  const keys = keysOf(KEY);
  const claims = { iat: NOW, nbf: NOW + 30, exp: NOW + 100 };
  const token = tokenOf({ payload: { ...CLAIMS, ...claims } });
  const mandate = verified(claims);
  const words = new Set<string>();
  for (let now = NOW - 200; now < NOW + 200; now += 1) {
    const outcome = await verifyMandate(token, POLICY, keys, () => now);
    const expected = outcome instanceof MandateError ? wordOf(outcome) : "confirmed";
    expect([now, wordOf(await confirmMandate(mandate, POLICY, keys, () => now))]).toEqual([
      now,
      expected,
    ]);
    words.add(expected);
  }
  expect([...words]).toEqual(["invalid_token/time", "confirmed", "invalid_token/expiry"]);
  expect(wordOf(await confirmMandate(mandate, POLICY, keys, () => Number.NaN))).toBe(
    "invalid_token/expiry",
  );
});

test("a key that is still the same is the same key after its set was fetched again", async () => {
  const sts = await startSts();
  const keys = createKeyCache();
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  const before = await keys.find(query);
  const rotated = sts.rotate();
  expect(await keys.find({ ...query, kid: rotated })).toBeInstanceOf(Object);
  expect(sts.keySetRequests()).toBe(2);
  expect(await keys.find(query)).toBe(before);
  expect(await keys.find({ ...query, kid: rotated })).not.toBe(before);
});
