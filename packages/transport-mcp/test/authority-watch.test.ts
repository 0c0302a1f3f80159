import { delegatedMandate } from "@caracalai/dev-sts";
import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import { createKeyCache, type MandateVerifier, type Principal } from "@caracalai/transport-mcp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf } from "./support/verdict.js";

const SECOND_MS = 1_000;

const sts = await stsOfFile();
const keyCache = createKeyCache();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
});

afterEach(async () => {
  // Whatever was watched is let go, and so is the timer.
  await vi.advanceTimersByTimeAsync(10 * SECOND_MS);
  vi.useRealTimers();
});

interface Watching {
  readonly verifier: MandateVerifier;
  readonly principal: Principal;
  /** What was told, in order: codes and checks. */
  readonly told: string[];
  readonly clock: { ms: number };
  readonly stop: () => void;
}

/** A store of which nothing but the questions is there: no batches, no subscription. */
function bareStore(
  store: InMemoryRevocationStore,
): RevocationStore & { readonly asked: { count: number } } {
  const asked = { count: 0 };
  return {
    asked,
    isRevoked: (anchor) => {
      asked.count += 1;
      return store.isRevoked(anchor);
    },
    currentDelegationEpoch: (zone) => store.currentDelegationEpoch(zone),
    markRevoked: (anchor, ttlMs) => store.markRevoked(anchor, ttlMs),
    markDelegationEpoch: (zone, epoch, ttlMs) => store.markDelegationEpoch(zone, epoch, ttlMs),
  };
}

async function watching(
  revocations: RevocationStore,
  claims: object = {},
  options: object = {},
): Promise<Watching> {
  const clock = { ms: Date.now() };
  const verifier = verifierFor(sts, { revocations, keyCache, now: () => clock.ms, ...options });
  const token = sts.mint({ sid: "session_1", exp: nowSeconds() + 600, ...claims });
  const principal = principalOf(await verifier.authenticate(token));
  const told: string[] = [];
  const stop = verifier.watch(principal, ({ code, check }) => told.push(`${code}/${check}`));
  return { verifier, principal, told, clock, stop };
}

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("within a second", () => {
  test("of its expiry", async () => {
    const { told, clock, principal } = await watching(new InMemoryRevocationStore());
    await later(5 * SECOND_MS);
    expect(told).toEqual([]);
    clock.ms = principal.expiresAt * 1_000;
    await later(SECOND_MS);
    expect(told).toEqual(["invalid_token/expiry"]);
  });

  test.each<readonly [string, (store: InMemoryRevocationStore) => RevocationStore]>([
    ["tells of them", (store) => store],
    ["has no subscription", bareStore],
    [
      "fails at subscriptions",
      (store) => ({
        ...bareStore(store),
        subscribe: () => {
          throw new Error("not today");
        },
      }),
    ],
    [
      "gives no way to unsubscribe",
      (store) => ({ ...bareStore(store), subscribe: () => undefined as never }),
    ],
    [
      "fails at unsubscribing",
      (store) => ({
        ...bareStore(store),
        subscribe: () => () => {
          throw new Error("never");
        },
      }),
    ],
  ])("of a revocation, with a store that %s", async (_name, make) => {
    const store = new InMemoryRevocationStore();
    const { told } = await watching(make(store));
    await later(SECOND_MS);
    expect(told).toEqual([]);
    store.markRevoked("session_1");
    await later(SECOND_MS);
    expect(told).toEqual(["session_revoked/revocation"]);
  });

  test("of a change of the delegation graph", async () => {
    const store = new InMemoryRevocationStore();
    const { told } = await watching(store, delegatedMandate({ hops: 1 }));
    store.markDelegationEpoch("zone_dev", 7);
    await later(SECOND_MS);
    expect(told).toEqual(["delegation_stale/epoch"]);
  });
});

test("a store that tells of revocations is heard at once, and asked once for a burst of them", async () => {
  const store = new InMemoryRevocationStore();
  const check = vi.spyOn(store, "check");
  const { told } = await watching(store);
  await later(100);
  check.mockClear();
  for (let each = 0; each < 1_000; each += 1) store.markRevoked(`other_${each}`);
  store.markRevoked("session_1");
  await later(50);
  expect(told).toEqual(["session_revoked/revocation"]);
  expect(check).toHaveBeenCalledTimes(1);
});

test("is told once, and not after the watch has ended", async () => {
  const store = new InMemoryRevocationStore();
  const { verifier, principal, told, stop } = await watching(store);
  const others: string[] = [];
  verifier.watch(principal, ({ code }) => others.push(code));
  stop();
  stop();
  store.markRevoked("session_1");
  await later(5 * SECOND_MS);
  expect(told).toEqual([]);
  expect(others).toEqual(["session_revoked"]);
});

test("one who was let go while the store was asked is not told", async () => {
  let answer = (_revoked: boolean) => {};
  const answered = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  const store = bareStore(new InMemoryRevocationStore());
  const { told, stop } = await watching(store);
  const asking = vi.spyOn(store, "isRevoked").mockReturnValue(answered);
  await later(SECOND_MS / 2);
  expect(asking).toHaveBeenCalled();
  stop();
  answer(true);
  await later(SECOND_MS);
  expect(told).toEqual([]);
});

test("a revocation that is told of while the store is asked is seen by the next look", async () => {
  const store = new InMemoryRevocationStore();
  const { told } = await watching(store);
  const check = vi.spyOn(store, "check");
  // An answer from before the revocation, which comes after it.
  check.mockImplementationOnce(
    () =>
      new Promise((resolve) =>
        setTimeout(() => resolve({ revoked: false, delegationEpoch: 0 }), SECOND_MS / 5),
      ) as never,
  );
  await later(SECOND_MS / 2);
  store.markRevoked("session_1");
  await later(SECOND_MS / 10);
  expect(check).toHaveBeenCalledTimes(1);
  expect(told).toEqual([]);
  await later(SECOND_MS / 2);
  expect(told).toEqual(["session_revoked/revocation"]);
});

test("whoever fails at hearing keeps nobody else from it", async () => {
  const store = new InMemoryRevocationStore();
  const { verifier, principal } = await watching(store);
  verifier.watch(principal, () => {
    throw new Error("not now");
  });
  const told: string[] = [];
  verifier.watch(principal, ({ code }) => told.push(code));
  store.markRevoked("session_1");
  await later(SECOND_MS);
  expect(told).toEqual(["session_revoked"]);
});

test("a thousand at a time, those of others undisturbed", async () => {
  const store = bareStore(new InMemoryRevocationStore());
  const { verifier, told } = await watching(store);
  const other = sts.mint({ sid: "session_2", exp: nowSeconds() + 600 });
  const principal = principalOf(await verifier.authenticate(other));
  let ended = 0;
  for (let each = 0; each < 1_000; each += 1) {
    verifier.watch(principal, () => {
      ended += 1;
    });
  }
  await store.markRevoked("session_2");
  await later(SECOND_MS);
  expect(ended).toBe(1_000);
  expect(told).toEqual([]);
});

describe("a store that has no answer", () => {
  const away = () => Promise.reject(new Error("away"));

  test("once is forgiven, twice in a row is not", async () => {
    const store = bareStore(new InMemoryRevocationStore());
    const { told } = await watching(store);
    const asking = vi.spyOn(store, "isRevoked").mockImplementation(away);
    await later(SECOND_MS / 2);
    asking.mockRestore();
    await later(SECOND_MS / 2);
    vi.spyOn(store, "isRevoked").mockImplementation(away);
    await later(SECOND_MS / 2);
    expect(told).toEqual([]);
    await later(SECOND_MS / 2);
    expect(told).toEqual(["verification_unavailable/revocations_unavailable"]);
  });

  test("does not keep others waiting for its deadline, wave by wave", async () => {
    const store = bareStore(new InMemoryRevocationStore());
    const { verifier, principal } = await watching(store);
    let ended = 0;
    for (let each = 0; each < 5_000; each += 1) {
      verifier.watch(principal, () => {
        ended += 1;
      });
    }
    vi.spyOn(store, "isRevoked").mockReturnValue(new Promise<never>(() => {}));
    await later(2 * SECOND_MS);
    expect(ended).toBe(5_000);
  });

  test("is not waited for beyond a second, and not to tell the time", async () => {
    const store = bareStore(new InMemoryRevocationStore());
    const options = { revocationTimeoutMs: 10_000 };
    const { told, clock, principal } = await watching(store, {}, options);
    vi.spyOn(store, "isRevoked").mockReturnValue(new Promise<never>(() => {}));
    await later(SECOND_MS / 2);
    clock.ms = principal.expiresAt * 1_000;
    await later(SECOND_MS / 2);
    expect(told).toEqual(["invalid_token/expiry"]);
  });
});

test("nothing is asked, and no timer is left, when nobody is watched", async () => {
  const store = new InMemoryRevocationStore();
  const unsubscribe = vi.fn();
  vi.spyOn(store, "subscribe").mockReturnValue(unsubscribe);
  const { stop } = await watching(store);
  const check = vi.spyOn(store, "check");
  await later(SECOND_MS);
  expect(check).toHaveBeenCalled();
  stop();
  await later(SECOND_MS);
  check.mockClear();
  await later(5 * SECOND_MS);
  expect(check).not.toHaveBeenCalled();
  expect(unsubscribe).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("after a pause without anyone, watching begins anew", async () => {
  const store = new InMemoryRevocationStore();
  const { verifier, principal, stop } = await watching(store);
  stop();
  await later(5 * SECOND_MS);
  const told: string[] = [];
  verifier.require({ requiredScopes: ["a"] }).watch(principal, ({ code }) => told.push(code));
  store.markRevoked("session_1");
  await later(SECOND_MS);
  expect(told).toEqual(["session_revoked"]);
});
