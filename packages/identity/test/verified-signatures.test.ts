import {
  digestToken,
  MandateError,
  SeenToken,
  VerifiedSignatures,
  verifyToken,
} from "@caracalai/identity";
import { describe, expect, test } from "vitest";
import { POLICY, verdictOf } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { below, createRandom } from "./support/random.js";
import { createTestKey } from "./support/test-key.js";
import { CLAIMS, KEY, NOW, tokenOf, withSignature } from "./support/token.js";

const random = createRandom(8);

/** A digest, in the set of the table that its first bytes say. */
function digestOf(set?: number): string {
  const bytes = Array.from({ length: 32 }, () => below(random, 256));
  if (set !== undefined) bytes.splice(0, 3, set & 0xff, (set >> 8) & 0xff, set >> 16);
  return String.fromCharCode(...bytes);
}

const digestsOf = (count: number, set?: number) =>
  Array.from({ length: count }, () => digestOf(set));
const key = {};

test("what was added is there, with its key and with no other", () => {
  const signatures = new VerifiedSignatures(1_000);
  const [digest, other] = [digestOf(), digestOf()];
  expect(signatures.has(digest, key)).toBe(false);
  signatures.add(digest, key);
  expect(signatures.has(digest, key)).toBe(true);
  expect(signatures.has(digest, {})).toBe(false);
  expect(signatures.has(other, key)).toBe(false);
});

test("each of the 32 bytes counts, and each of their bits", () => {
  const signatures = new VerifiedSignatures(1_000);
  const digest = digestOf();
  signatures.add(digest, key);
  for (let bit = 0; bit < 256; bit += 1) {
    const at = bit >> 3;
    const flipped = String.fromCharCode(digest.charCodeAt(at) ^ (1 << (bit & 7)));
    const changed = `${digest.slice(0, at)}${flipped}${digest.slice(at + 1)}`;
    expect(signatures.has(changed, key)).toBe(false);
  }
});

test("empty places hold nothing, not even a digest of zeros", () => {
  const signatures = new VerifiedSignatures(1_000);
  const zeros = "\0".repeat(32);
  signatures.add(digestOf(5), key);
  expect(signatures.has(zeros, key)).toBe(false);
  expect(signatures.has(zeros, undefined as unknown as object)).toBe(false);
  signatures.add(zeros, key);
  expect(signatures.has(zeros, key)).toBe(true);
});

describe("room", () => {
  const count = (signatures: VerifiedSignatures, digests: readonly string[]) =>
    digests.filter((digest) => signatures.has(digest, key)).length;

  test.each([
    [4, 4],
    [7, 4],
    [1_000, 512],
    [4_096, 4_096],
  ])("for %i there are %i places and no more", (maxCount, places) => {
    const signatures = new VerifiedSignatures(maxCount);
    const digests = digestsOf(places * 4);
    for (const digest of digests) signatures.add(digest, key);
    expect(count(signatures, digests)).toBeLessThanOrEqual(places);
    expect(count(signatures, digests)).toBeGreaterThan(places * 0.9);
  });

  test("digests that begin alike have four places, and the last four are there", () => {
    const signatures = new VerifiedSignatures(64);
    const digests = digestsOf(20, 3);
    const others = digestsOf(4, 4);
    for (const digest of [...others, ...digests]) signatures.add(digest, key);
    expect(count(signatures, digests)).toBe(4);
    expect(signatures.has(digests.at(-1) ?? "", key)).toBe(true);
    expect(count(signatures, others)).toBe(4);
  });

  test("the fifth that begins alike takes none of its neighbours' places", () => {
    const signatures = new VerifiedSignatures(64);
    const digests = digestsOf(5, 3);
    for (const digest of digests) signatures.add(digest, key);
    expect(signatures.has(digests[4] ?? "", key)).toBe(true);
  });

  test("grows once, so that most of what comes is known when it comes again", () => {
    const signatures = new VerifiedSignatures(65_536);
    const digests = digestsOf(20_000);
    for (const digest of digests) signatures.add(digest, key);
    expect(count(signatures, digests)).toBeGreaterThan(19_000);
  });

  test("grows with use, and forgets what was there when it does", () => {
    const signatures = new VerifiedSignatures(2_048);
    const first = digestsOf(512);
    for (const digest of first) signatures.add(digest, key);
    expect(count(signatures, first)).toBeGreaterThan(480);
    signatures.add(digestOf(), key);
    expect(count(signatures, first)).toBe(0);
    const second = digestsOf(3_000);
    for (const digest of second) signatures.add(digest, key);
    expect(count(signatures, second)).toBeGreaterThan(1_024);
  });

  test("for the keys of thousands of zones, each with its own tokens", () => {
    const signatures = new VerifiedSignatures(32_768);
    // So that it has grown before they come.
    for (const digest of digestsOf(1_000)) signatures.add(digest, key);
    const keys = Array.from({ length: 4_095 }, () => ({}));
    const digests = digestsOf(keys.length);
    const known = () => keys.filter((each, at) => signatures.has(digests[at] ?? "", each)).length;
    signatures.add(digestOf(), key);
    for (const [at, each] of keys.slice(1).entries()) signatures.add(digests[at + 1] ?? "", each);
    expect(known()).toBeGreaterThan(4_000);
    // One more than there are numbers for: it begins anew.
    signatures.add(digests[0] ?? "", keys[0] ?? {});
    expect(known()).toBe(1);
    expect(signatures.has(digests[0] ?? "", keys[1] ?? {})).toBe(false);
  });
});

describe("verifyToken", () => {
  const token = tokenOf();
  const seenIn = (signatures: VerifiedSignatures, text = token) =>
    new SeenToken(signatures, digestToken(text) ?? "");
  const verdict = async (text: string, seen: SeenToken, keys = keysOf(KEY), now = NOW) => {
    const outcome = await verifyToken(text, POLICY, keys, () => now, seen);
    return outcome instanceof MandateError ? verdictOf(outcome) : "accepted";
  };

  test("verifies a signature once, and everything else each time", async () => {
    const signatures = new VerifiedSignatures(64);
    const first = seenIn(signatures);
    expect([await verdict(token, first), first.isKnown]).toEqual(["accepted", false]);
    const second = seenIn(signatures);
    expect([await verdict(token, second), second.isKnown]).toEqual(["accepted", true]);

    const said = (keys = keysOf(KEY), now = NOW) => verdict(token, seenIn(signatures), keys, now);
    expect(await said(keysOf())).toBe("invalid_token/key");
    expect(await said(keysOf(createTestKey()))).toBe("invalid_token/signature");
    expect(await said(keysOf(KEY), CLAIMS.exp)).toBe("invalid_token/expiry");
    expect(await said(keysOf(KEY), CLAIMS.iat - 61)).toBe("invalid_token/time");
    expect(await said()).toBe("accepted");
  });

  test("says that nothing is known of a token before its key is, and where there is none", async () => {
    const signatures = new VerifiedSignatures(64);
    expect(await verdict(token, seenIn(signatures))).toBe("accepted");
    const seen = seenIn(signatures);
    expect(seen.isKnown).toBe(false);
    expect(await verdict(token, seen, keysOf())).toBe("invalid_token/key");
    expect(seen.isKnown).toBe(false);
  });

  test("remembers a token once, however often it comes: others keep their places", async () => {
    const signatures = new VerifiedSignatures(4);
    const others = digestsOf(3);
    for (const digest of others) signatures.add(digest, key);
    for (let time = 0; time < 10; time += 1) {
      expect(await verdict(token, seenIn(signatures))).toBe("accepted");
    }
    expect(others.filter((digest) => signatures.has(digest, key))).toEqual(others);
    expect(signatures.has(digestToken(token) ?? "", KEY.publicKey)).toBe(true);
  });

  test("does not verify the signature of what it is told to know", async () => {
    const forged = withSignature(token, Buffer.alloc(64, 1));
    const signatures = new VerifiedSignatures(64);
    expect(await verdict(forged, seenIn(signatures, forged))).toBe("invalid_token/signature");
    signatures.add(digestToken(forged) ?? "", KEY.publicKey);
    expect(await verdict(forged, seenIn(signatures, forged))).toBe("accepted");
  });

  test("remembers nothing of what is refused", async () => {
    const signatures = new VerifiedSignatures(64);
    const refused = [
      withSignature(token, Buffer.alloc(64, 1)),
      tokenOf({ payload: { ...CLAIMS, aud: [] } }),
      tokenOf({ payload: { ...CLAIMS, exp: NOW } }),
      tokenOf({ payload: "{}" }),
      tokenOf({ payload: "no JSON" }),
    ];
    for (const each of refused) {
      for (let time = 0; time < 2; time += 1) {
        const seen = seenIn(signatures, each);
        expect(await verdict(each, seen)).not.toBe("accepted");
        expect(seen.isKnown).toBe(false);
      }
      expect(signatures.has(digestToken(each) ?? "", KEY.publicKey)).toBe(false);
    }
  });
});
