import {
  createKeyCache,
  type KeyCache,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { describe, expect, test, vi } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { hearing } from "./support/decisions.js";
import { GENEROUS_MS, stsOfTest } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const soon = { timeout: GENEROUS_MS, interval: 10 };
const UNAVAILABLE = "verification_unavailable/jwks_unavailable";

/** An STS and a verifier that knows one of its mandates. */
async function warm(options: Partial<MandateVerifierOptions>) {
  const sts = await stsOfTest({ port: await freePort() });
  const { verifier, decisions } = hearing(sts, options);
  const token = sts.mint();
  const say = async () => verdictOf(await verifier.authenticate(token));
  await vi.waitFor(async () => {
    expect(await say()).toBe("ok");
    expect(decisions.at(-1)?.cached).toBe(true);
    // From now on with its principal.
    expect(await say()).toBe("ok");
  }, soon);
  return { sts, verifier, decisions, token, say };
}

describe("a known mandate", () => {
  test("ends when its key is in the key set no more, and stays ended", async () => {
    const { sts, decisions, say } = await warm({ keyCache: createKeyCache({ ttlMs: 20 }) });
    const [old] = sts.keySet().keys;
    sts.rotate();
    sts.removeKey(old?.kid ?? "");
    await vi.waitFor(async () => expect(await say()).toBe("invalid_token/key"), soon);
    // No signature is verified to say so the first time.
    expect(decisions.at(-1)?.cached).toBe(true);
    expect(await say()).toBe("invalid_token/key");
    expect(decisions.at(-1)?.cached).toBe(false);
  });

  test("goes on when another key joined its own", async () => {
    const { sts, verifier, decisions, say } = await warm({ keyCache: createKeyCache() });
    sts.rotate();
    expect(verdictOf(await verifier.authenticate(sts.mint()))).toBe("ok");
    expect(sts.keySetRequests()).toBe(2);
    expect(await say()).toBe("ok");
    expect(decisions.at(-1)?.cached).toBe(true);
  });

  test("is not taken while its key set is too old and can't be had, and then again", async () => {
    const keyCache = createKeyCache({ ttlMs: 20, maxAgeMs: 200, retryMs: 10 });
    const { sts, decisions, say } = await warm({ keyCache });
    await sts.pause();
    await vi.waitFor(async () => expect(await say()).toBe(UNAVAILABLE), soon);
    expect(decisions.at(-1)).toMatchObject({ cached: true, zoneId: undefined });
    await sts.resume();
    await vi.waitFor(async () => expect(await say()).toBe("ok"), soon);
    expect(decisions.at(-1)?.cached).toBe(true);
  });

  test("has its key set refreshed behind the request", async () => {
    const { sts, say } = await warm({ keyCache: createKeyCache({ ttlMs: 20 }) });
    const before = sts.keySetRequests();
    await vi.waitFor(async () => {
      expect(await say()).toBe("ok");
      expect(sts.keySetRequests()).toBeGreaterThan(before + 1);
    }, soon);
  });
});

describe("a key cache of the operator's", () => {
  const keys = createKeyCache();

  /** One that answers as told, or else as it should. */
  async function warmWith() {
    const answer: { next?: KeyCache["find"] } = {};
    const find: KeyCache["find"] = (query) => (answer.next ?? keys.find)(query);
    return { answer, ...(await warm({ keyCache: { find, warmup: keys.warmup } })) };
  }

  test("that has another key under the same id: the token is verified again", async () => {
    const other = await stsOfTest();
    const { answer, decisions, sts, say } = await warmWith();
    const { issuer } = other;
    const kid = other.keySet().keys[0]?.kid ?? "";
    answer.next = (query) => keys.find({ ...query, issuer, kid });
    for (let time = 0; time < 2; time += 1) {
      expect(await say()).toBe("invalid_token/signature");
      expect(decisions.at(-1)).toMatchObject({ cached: false, zoneId: undefined });
    }
    // The same key as another object is none that anything was verified with.
    const elsewhere = createKeyCache();
    answer.next = (query) => elsewhere.find(query);
    expect(await say()).toBe("ok");
    expect(decisions.at(-1)?.cached).toBe(false);
    expect(await say()).toBe("ok");
    expect(decisions.at(-1)?.cached).toBe(true);
    expect(sts.keySetRequests()).toBe(2);
  });

  test("that goes back to a key that it had exchanged: the principal is made anew", async () => {
    const { answer, verifier, token } = await warmWith();
    const before = principalOf(await verifier.authenticate(token));
    const other = await stsOfTest();
    const kid = other.keySet().keys[0]?.kid ?? "";
    answer.next = (query) => keys.find({ ...query, issuer: other.issuer, kid });
    expect((await verifier.authenticate(token)).ok).toBe(false);
    delete answer.next;
    const after = principalOf(await verifier.authenticate(token));
    expect(after).not.toBe(before);
    expect(after).toStrictEqual(before);
  });

  test.each<[string, KeyCache["find"]]>([
    [
      "throws",
      () => {
        throw new Error("not to be read");
      },
    ],
    ["rejects", () => Promise.reject(new Error("not to be read"))],
    ["knows of an outage", () => "unavailable"],
  ])("that %s: unavailable, and the mandate is still known afterwards", async (_, find) => {
    const { answer, decisions, verifier, token, say } = await warmWith();
    const before = principalOf(await verifier.authenticate(token));
    answer.next = find;
    expect(await say()).toBe(UNAVAILABLE);
    delete answer.next;
    expect(principalOf(await verifier.authenticate(token))).toBe(before);
    expect(decisions.at(-1)?.cached).toBe(true);
  });

  test("that never answers is not waited for", async () => {
    const { answer, verifier, token } = await warmWith();
    answer.next = () => new Promise(() => {});
    vi.useFakeTimers();
    try {
      const result = verifier.authenticate(token);
      await vi.advanceTimersByTimeAsync(30_000);
      expect(verdictOf(await result)).toBe(UNAVAILABLE);
    } finally {
      vi.useRealTimers();
    }
  });
});

test("in several zones, the key set is that of the mandate's own zone", async () => {
  const sts = await stsOfTest({ zones: ["zone_a", "zone_b"] });
  const queries: unknown[] = [];
  const keys = createKeyCache();
  const find: KeyCache["find"] = (query) => {
    queries.push(query.zoneId);
    return keys.find(query);
  };
  const zoneId = ["zone_a", "zone_b"];
  const { verifier } = hearing(sts, { zoneId, keyCache: { find, warmup: keys.warmup } });
  const token = sts.mint({}, { zone: "zone_b" });
  for (let time = 0; time < 4; time += 1) {
    expect(verdictOf(await verifier.authenticate(token))).toBe("ok");
  }
  expect(queries).toEqual(Array(4).fill("zone_b"));
});
