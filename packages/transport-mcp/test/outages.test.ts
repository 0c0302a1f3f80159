import { createKeyCache, type KeyCache, MandateError } from "@caracalai/transport-mcp";
import { describe, expect, test, vi } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { frontOf } from "./support/front.js";
import { notingStore } from "./support/stores.js";
import { GENEROUS_MS, stsOfFile, stsOfTest, verifierFor } from "./support/sts.js";
import { thenable } from "./support/thenables.js";
import { errorOf, principalOf, verdictOf } from "./support/verdict.js";

const running = await stsOfFile();
const UNAVAILABLE = "verification_unavailable/jwks_unavailable";

/** Soon, also on a loaded machine. */
const soon = { timeout: GENEROUS_MS, interval: 20 };

describe("the STS", () => {
  test("down at the first request, then up", async () => {
    const sts = await stsOfTest({ port: await freePort() });
    const { authenticate } = verifierFor(sts);
    await sts.pause();
    const result = await authenticate(sts.mint());
    expect(verdictOf(result)).toBe(UNAVAILABLE);
    expect(errorOf(result).description).toBe("Verification unavailable");
    await sts.resume();
    await vi.waitFor(async () => {
      expect(verdictOf(await authenticate(sts.mint()))).toBe("ok");
    }, soon);
  });

  test.each([500, 503, 404, 302, 204])("answers %i, then well", async (status) => {
    const front = await frontOf(running);
    front.status = status;
    const { authenticate } = verifierFor(front);
    const token = running.mint({ iss: front.issuer });
    expect(verdictOf(await authenticate(token))).toBe(UNAVAILABLE);
    front.status = 200;
    await vi.waitFor(async () => expect(verdictOf(await authenticate(token))).toBe("ok"), soon);
  });

  test("down later: keys that were fetched serve on, and a new key has to wait", async () => {
    const sts = await stsOfTest();
    const { authenticate } = verifierFor(sts);
    expect(verdictOf(await authenticate(sts.mint()))).toBe("ok");
    const known = sts.mint();
    await sts.pause();
    expect(verdictOf(await authenticate(known))).toBe("ok");
    sts.rotate();
    expect(verdictOf(await authenticate(sts.mint()))).toBe(UNAVAILABLE);
    expect(verdictOf(await authenticate(known))).toBe("ok");
    expect(verdictOf(await authenticate(sts.mint({}, { signWith: "foreign", kid: "x" })))).toBe(
      UNAVAILABLE,
    );
  });

  test.each([
    ["while they are not too old", 600_000, "ok"],
    ["no longer than they may", 1, UNAVAILABLE],
  ])("down later: stale keys serve %s", async (_name, maxAgeMs, verdict) => {
    const sts = await stsOfTest();
    const { authenticate, warmup } = verifierFor(sts, {
      keyCache: createKeyCache({ ttlMs: 1, maxAgeMs }),
    });
    // Where a millisecond is over before the answer is in, it says that it is too old already.
    await warmup().catch(() => {});
    await sts.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(verdictOf(await authenticate(sts.mint()))).toBe(verdict);
    expect(verdictOf(await authenticate(sts.mint()))).toBe(verdict);
  });

  test("has no zone of this name", async () => {
    const { authenticate, warmup } = verifierFor(running, { zoneId: "zone_unknown" });
    expect(verdictOf(await authenticate(running.mint()))).toBe(UNAVAILABLE);
    await expect(warmup()).rejects.toThrow(MandateError);
  });

  test("is asked once by 1,000 first requests", async () => {
    const sts = await stsOfTest();
    const { authenticate } = verifierFor(sts);
    const tokens = Array.from({ length: 1_000 }, () => sts.mint());
    const results = await Promise.all(tokens.map((token) => authenticate(token)));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(sts.keySetRequests()).toBe(1);
  });

  test("is asked once by 1,000 first requests while it is down", async () => {
    const sts = await stsOfTest();
    const fetched = vi.fn(globalThis.fetch);
    const keyCache = createKeyCache({ fetch: fetched, retryMs: 600_000 });
    const { authenticate } = verifierFor(sts, { keyCache });
    const token = sts.mint();
    await sts.pause();
    const results = await Promise.all(Array.from({ length: 1_000 }, () => authenticate(token)));
    expect(new Set(results.map(verdictOf))).toEqual(new Set([UNAVAILABLE]));
    expect(verdictOf(await authenticate(token))).toBe(UNAVAILABLE);
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});

describe("a key cache that is not one of ours", () => {
  const thrown = () => {
    throw new Error("secret of the cache");
  };
  const misbehaviours: readonly (readonly [string, () => unknown])[] = [
    ["throws", thrown],
    ["rejects", () => Promise.reject(new Error("secret of the cache"))],
    ...[undefined, null, 0, 5, "", "text", {}, [], true, Symbol("key")].flatMap(
      (answer): [string, () => unknown][] => [
        [`answers ${String(answer)}`, () => answer],
        [`promises ${String(answer)}`, async () => answer],
      ],
    ),
    ["gives a thenable", () => thenable((resolve: (answer: string) => void) => resolve("unknown"))],
  ];

  test.each(misbehaviours)("%s", async (_name, find) => {
    const calls: string[] = [];
    const keyCache = { find, warmup: find } as unknown as KeyCache;
    const refusalFor = async (zoneId: string | string[]) => {
      const revocations = notingStore(calls);
      const { authenticate } = verifierFor(running, { keyCache, revocations, zoneId });
      return errorOf(await authenticate(running.mint()));
    };
    expect(await refusalFor("zone_dev")).toMatchObject({ check: "jwks_unavailable" });
    expect((await refusalFor(["zone_b", "zone_c"])).check).toMatch(/^(jwks_unavailable|key)$/);
    expect(calls).toEqual([]);
  });
});

describe("a clock that tells no time", () => {
  const clocks: readonly (readonly [string, () => unknown])[] = [
    [
      "throws",
      () => {
        throw new Error("no clock");
      },
    ],
    ...[Number.NaN, undefined, null, Infinity, -Infinity, "0", "now", "", 0n, {}, [], false].map(
      (time): [string, () => unknown] => [`says ${String(time)} (${typeof time})`, () => time],
    ),
    ["says a symbol", () => Symbol("now")],
    ["says a promise", () => Promise.resolve(0)],
    ["says a date", () => new Date(0)],
  ];

  test.each(clocks)("%s: everything is expired", async (_name, clock) => {
    const now = clock as () => number;
    const principal = principalOf(await verifierFor(running).authenticate(running.mint()));
    const { authenticate, recheck } = verifierFor(running, { now });
    expect(verdictOf(await authenticate(running.mint()))).toBe("invalid_token/expiry");
    expect(verdictOf(await recheck(principal))).toBe("invalid_token/expiry");
  });
});

describe("warmup", () => {
  test("fetches the keys of all zones, so that no request has to", async () => {
    const zones = ["zone_a", "zone_b", "zone_c"];
    const sts = await stsOfTest({ zones });
    const { authenticate, warmup } = verifierFor(sts, { zoneId: ["zone_a", "zone_b"] });
    expect(await warmup()).toBeUndefined();
    expect(zones.map((zone) => sts.keySetRequests(zone))).toEqual([1, 1, 0]);
    await warmup();
    await sts.pause();
    for (const zone of ["zone_a", "zone_b"]) {
      expect(verdictOf(await authenticate(sts.mint({}, { zone })))).toBe("ok");
    }
    expect(sts.keySetRequests()).toBe(2);
  });

  test("says so where a zone has no keys", async () => {
    const sts = await stsOfTest({ zones: ["zone_a"] });
    const { warmup } = verifierFor(sts, { zoneId: ["zone_a", "zone_unknown"] });
    await expect(warmup()).rejects.toMatchObject({
      name: "MandateError",
      code: "verification_unavailable",
      check: "jwks_unavailable",
    });
  });

  test.each<readonly [string, () => unknown]>([
    ["is down", async () => false],
    ["rejects", () => Promise.reject(new Error("secret of the cache"))],
    [
      "throws",
      () => {
        throw new Error("secret of the cache");
      },
    ],
    ["answers nothing", () => undefined],
    ["is not sure", async () => "yes"],
  ])("says so in our words where the key cache %s", async (_name, warm) => {
    const keyCache = { find: async () => "unavailable", warmup: warm } as unknown as KeyCache;
    const { warmup } = verifierFor(running, { keyCache });
    await expect(warmup()).rejects.toBeInstanceOf(MandateError);
    await expect(warmup()).rejects.toMatchObject({ check: "jwks_unavailable" });
  });

  test("can be tried again", async () => {
    const sts = await stsOfTest({ port: await freePort() });
    const { warmup } = verifierFor(sts);
    await sts.pause();
    await expect(warmup()).rejects.toThrow("Verification unavailable");
    await sts.resume();
    await vi.waitFor(() => warmup(), soon);
  });
});

test("a key cache of the operator's that never answers is not waited for", async () => {
  const keyCache: KeyCache = { find: () => new Promise(() => {}), warmup: async () => true };
  const { authenticate } = verifierFor(running, { keyCache });
  vi.useFakeTimers();
  try {
    const result = authenticate(running.mint());
    await vi.advanceTimersByTimeAsync(30_000);
    expect(verdictOf(await result)).toBe(UNAVAILABLE);
  } finally {
    vi.useRealTimers();
  }
});
