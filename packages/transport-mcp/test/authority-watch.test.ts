import { delegatedMandate, type MintClaims } from "@caracalai/dev-sts";
import { InMemoryRevocationStore, type RevocationEvent } from "@caracalai/revocation";
import {
  createKeyCache,
  type MandateError,
  type MandateVerifierOptions,
  type Principal,
} from "@caracalai/transport-mcp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Answers, storeOf } from "./support/stores.js";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();
await verifierFor(sts, { keyCache }).warmup();

const REVOKED = "session_revoked/revocation";
const EXPIRED = "invalid_token/expiry";
const AWAY = "verification_unavailable/revocations_unavailable";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A verifier with a clock of its own, and a way to watch mandates. */
function setUp(options: Partial<MandateVerifierOptions> = {}) {
  const clock = { ms: Date.now() };
  const revocations = options.revocations ?? new InMemoryRevocationStore();
  const verifier = verifierFor(sts, { keyCache, now: () => clock.ms, ...options, revocations });
  // By a store that has an answer: what is tried is what comes after.
  const admitting = verifierFor(sts, { keyCache });

  async function principal(claims: MintClaims = {}): Promise<Principal> {
    return principalOf(await admitting.authenticate(sts.mint(claims)));
  }

  /** Watches a mandate, and notes why its authority ended. */
  async function watch(claims: MintClaims = {}, by = verifier) {
    const ends: string[] = [];
    const note = ({ code, check }: MandateError) => ends.push(`${code}/${check}`);
    return { ends, stop: by.watch(await principal(claims), note) };
  }
  return { clock, principal, revocations, verifier, watch };
}

/** A store that answers as told, and counts how often it was asked. */
function answering(answers: Answers = {}) {
  const asked: string[] = [];
  const store = storeOf({
    ...answers,
    isRevoked: (anchor) => {
      asked.push(anchor);
      return answers.isRevoked ? answers.isRevoked(anchor) : false;
    },
  });
  return { asked, store };
}

const later = <T>(value: T, ms: number): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value), ms));

describe("expiry", () => {
  test("is told within a second, and not before", async () => {
    const { clock, watch } = setUp();
    const exp = nowSeconds() + 60;
    const { ends } = await watch({ exp });
    clock.ms = exp * 1_000 - 1;
    await pass(5_000);
    expect(ends).toEqual([]);
    clock.ms = exp * 1_000;
    await pass(500);
    expect(ends).toEqual([EXPIRED]);
    await pass(5_000);
    expect(ends).toEqual([EXPIRED]);
  });

  test("of one is not that of another", async () => {
    const { clock, watch } = setUp();
    const exp = nowSeconds() + 60;
    const [first, second] = [await watch({ exp }), await watch({ exp: exp + 1 })];
    clock.ms = exp * 1_000;
    await pass(500);
    expect([first.ends, second.ends]).toEqual([[EXPIRED], []]);
  });

  test("by a clock that is no number is expiry", async () => {
    const { clock, watch } = setUp();
    const { ends } = await watch();
    clock.ms = Number.NaN;
    await pass(500);
    expect(ends).toEqual([EXPIRED]);
  });

  test("is told whatever the store is doing", async () => {
    const { store } = answering({ isRevoked: () => new Promise(() => {}) });
    const { clock, watch } = setUp({ revocations: store });
    const exp = nowSeconds() + 60;
    const { ends } = await watch({ exp });
    await pass(600);
    clock.ms = exp * 1_000;
    await pass(400);
    expect(ends).toEqual([EXPIRED]);
  });
});

const ANCHORS = {
  sid: "anchor_sid",
  root_sid: "anchor_root",
  agent_session_id: "anchor_agent",
  delegation_edge_id: "anchor_edge",
};

describe.each([
  ["told by the store: at once", true, 50],
  ["found by asking: within half a second", false, 500],
])("a revocation, %s", (_name, tells, withinMs) => {
  function store(): InMemoryRevocationStore {
    const inner = new InMemoryRevocationStore();
    return tells ? inner : Object.assign(inner, { subscribe: undefined });
  }

  test.each(Object.entries(ANCHORS))("of %s", async (_claim, anchor) => {
    const { revocations, watch } = setUp({ revocations: store() });
    const { ends } = await watch(delegatedMandate(ANCHORS));
    const other = await watch();
    revocations.markRevoked("anchor_of_another");
    await pass(2_000);
    expect(ends).toEqual([]);
    revocations.markRevoked(anchor);
    await pass(withinMs);
    expect(ends).toEqual([REVOKED]);
    await pass(2_000);
    expect([ends, other.ends]).toEqual([[REVOKED], []]);
  });

  test("by the zone's epoch", async () => {
    const { revocations, watch } = setUp({ revocations: store() });
    const stale = await watch(delegatedMandate({ delegation_graph_epoch: 4 }));
    const fresh = await watch(delegatedMandate({ delegation_graph_epoch: 5 }));
    const plain = await watch();
    revocations.markDelegationEpoch("zone_other", 9);
    revocations.markDelegationEpoch("zone_dev", 5);
    await pass(withinMs);
    expect([stale.ends, fresh.ends, plain.ends]).toEqual([["delegation_stale/epoch"], [], []]);
  });
});

test("a burst of revocations is one question about each mandate", async () => {
  const listeners: (() => void)[] = [];
  const { asked, store } = answering();
  const revocations = {
    ...store,
    subscribe: (listener: (event: RevocationEvent) => void) => {
      listeners.push(() => listener({ kind: "anchor", anchor: "a" }));
      return () => {};
    },
  };
  const { watch } = setUp({ revocations });
  await watch({ sid: "one", root_sid: "one" });
  for (let each = 0; each < 1_000; each += 1) for (const tell of listeners) tell();
  await pass(100);
  expect(asked).toEqual(["one"]);
});

describe("a store that has no answer", () => {
  const failures: readonly (readonly [string, () => unknown])[] = [
    [
      "throws",
      () => {
        throw new Error("away");
      },
    ],
    ["rejects", () => Promise.reject(new Error("away"))],
    ["hangs", () => new Promise(() => {})],
    ["answers with undefined", () => undefined],
    ["answers with text", () => "false"],
  ];

  test.each(failures)("%s: once, and all goes on; twice, and all ends", async (_name, fail) => {
    const answers = { isAway: false };
    const { store } = answering({ isRevoked: () => (answers.isAway ? fail() : false) });
    // Whoever waits for so long when a call comes in: here there is a second.
    const { watch } = setUp({ revocations: store, revocationTimeoutMs: 10_000 });
    const { ends } = await watch();
    for (let each = 0; each < 3; each += 1) {
      answers.isAway = true;
      await pass(500);
      answers.isAway = false;
      await pass(500);
    }
    expect(ends).toEqual([]);
    answers.isAway = true;
    await pass(1_500);
    expect(ends).toEqual([AWAY]);
  });

  test("once, long ago: that does not count", async () => {
    const answers = { isAway: true };
    const { store } = answering({
      isRevoked: () => {
        if (answers.isAway) throw new Error("away");
        return false;
      },
    });
    const { watch } = setUp({ revocations: store });
    const before = await watch();
    await pass(500);
    before.stop();
    await pass(3_600_000);
    const { ends } = await watch();
    await pass(500);
    answers.isAway = false;
    await pass(1_000);
    expect([before.ends, ends]).toEqual([[], []]);
  });

  test("for a moment, of which it tells twice: that is no second", async () => {
    const inner = new InMemoryRevocationStore();
    const answers = { isAway: true };
    const revocations = Object.assign(inner, {
      check: () => {
        if (answers.isAway) throw new Error("away");
        return { revoked: false, delegationEpoch: 0 };
      },
    });
    const { watch } = setUp({ revocations });
    const { ends } = await watch();
    inner.markRevoked("a");
    await pass(30);
    inner.markRevoked("b");
    await pass(30);
    answers.isAway = false;
    await pass(2_000);
    expect(ends).toEqual([]);
  });

  test("then nobody waits for each of many mandates in turn", async () => {
    const { asked, store } = answering({ isRevoked: () => new Promise(() => {}) });
    const { watch } = setUp({ revocations: store, revocationTimeoutMs: 10_000 });
    const watched = await Promise.all(Array.from({ length: 1_000 }, () => watch()));
    await pass(1_500);
    expect(watched.filter(({ ends }) => ends.join() !== AWAY)).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(2 * 256);
  });
});

describe("many", () => {
  test("1,000 mandates: each is judged, and a store is asked so much at a time", async () => {
    let open = 0;
    let most = 0;
    const revoked = new Set<string>();
    const { store } = answering({
      isRevoked: async (anchor) => {
        open += 1;
        most = Math.max(most, open);
        await later(undefined, 10);
        open -= 1;
        return revoked.has(anchor);
      },
    });
    const { watch } = setUp({ revocations: store });
    const sids = Array.from({ length: 1_000 }, (_, each) => `sid ${each}`);
    const watched = await Promise.all(sids.map((sid) => watch({ sid, root_sid: sid })));
    await pass(1_000);
    for (let each = 0; each < 1_000; each += 7) revoked.add(`sid ${each}`);
    await pass(1_000);
    const told = watched.map(({ ends }) => ends.join());
    expect(told).toEqual(sids.map((sid) => (revoked.has(sid) ? REVOKED : "")));
    expect(most).toBeLessThanOrEqual(256);
  });

  test("a revocation that comes while a slow store is asked is told within a second", async () => {
    const inner = new InMemoryRevocationStore();
    const { store } = answering({ isRevoked: (anchor) => later(inner.isRevoked(anchor), 240) });
    const revocations = {
      ...store,
      subscribe: (listener: (event: RevocationEvent) => void) => inner.subscribe(listener),
    };
    const { watch } = setUp({ revocations });
    const sids = Array.from({ length: 600 }, (_, each) => `sid ${each}`);
    const watched = await Promise.all(sids.map((sid) => watch({ sid, root_sid: sid })));
    await pass(510);
    inner.markRevoked("sid 0");
    await pass(1_000);
    expect(watched[0]?.ends).toEqual([REVOKED]);
    await pass(1_000);
    expect(watched.filter(({ ends }) => ends.length > 0)).toHaveLength(1);
  });
});

test("a revocation that comes while the store is asked has it asked once more, and no oftener", async () => {
  const inner = new InMemoryRevocationStore();
  const { asked, store } = answering({ isRevoked: () => later(false, 60) });
  const revocations = {
    ...store,
    subscribe: (listener: (event: RevocationEvent) => void) => inner.subscribe(listener),
  };
  const { watch } = setUp({ revocations });
  await watch();
  await pass(510);
  inner.markRevoked("other");
  await pass(400);
  const before = asked.length;
  await pass(10 * 500);
  const perSweep = before / 2;
  expect(asked.length - before).toBe(10 * perSweep);
});

describe("a listener", () => {
  test("that throws keeps no other from hearing", async () => {
    const { principal, revocations, verifier, watch } = setUp();
    const sid = "session_1";
    verifier.watch(await principal({ sid }), () => {
      throw new Error("its own failure");
    });
    const { ends } = await watch({ sid });
    revocations.markRevoked(sid);
    await pass(100);
    expect(ends).toEqual([REVOKED]);
  });

  test("that stops another is heard, and so is what begins in it", async () => {
    const { principal, revocations, verifier, watch } = setUp();
    const sid = "session_1";
    const begun: string[] = [];
    const later = await principal({ sid });
    verifier.watch(await principal({ sid }), () => {
      second.stop();
      verifier.watch(later, ({ code }) => begun.push(code));
    });
    const second = await watch({ sid });
    revocations.markRevoked(sid);
    await pass(1_000);
    expect([second.ends, begun]).toEqual([[], ["session_revoked"]]);
  });

  test.each(["expiry", "an outage"])(
    "that begins anew at each end hears of each: %s",
    async (what) => {
      const { store } = answering({ isRevoked: () => (what === "expiry" ? false : undefined) });
      const { clock, principal, verifier } = setUp({ revocations: store });
      const exp = nowSeconds() + 60;
      const same = await principal({ exp });
      let ends = 0;
      const begin = () => {
        verifier.watch(same, () => {
          ends += 1;
          if (ends < 100) begin();
        });
      };
      begin();
      if (what === "expiry") clock.ms = exp * 1_000;
      await pass(4_000);
      expect(ends).toBe(what === "expiry" ? 8 : 4);
    },
  );

  test("hears once, and not after it was stopped", async () => {
    const { clock, revocations, watch } = setUp();
    const [first, second] = [await watch({ sid: "a" }), await watch({ sid: "a" })];
    second.stop();
    second.stop();
    revocations.markRevoked("a");
    await pass(100);
    first.stop();
    clock.ms += 10_000_000;
    await pass(2_000);
    expect([first.ends, second.ends]).toEqual([[REVOKED], []]);
  });

  test("of one mandate is another's neighbour, however alike they are", async () => {
    const { principal, verifier } = setUp();
    const same = await principal();
    const told: number[] = [];
    const onEnd = () => told.push(1);
    const stop = verifier.watch(same, onEnd);
    verifier.watch(same, onEnd);
    stop();
    await pass(100);
    expect(told).toEqual([]);
  });
});

describe("where nothing is watched", () => {
  test("no timer runs, no store is asked, and no subscription is held", async () => {
    const { asked, store } = answering();
    const subscribers = new Set<unknown>();
    const revocations = {
      ...store,
      subscribe: (listener: unknown) => {
        subscribers.add(listener);
        return () => subscribers.delete(listener);
      },
    };
    const { verifier, watch } = setUp({ revocations: revocations as never });
    expect([vi.getTimerCount(), subscribers.size]).toEqual([0, 0]);
    const narrow = verifier.require({ requiredScopes: ["a"] });
    const watches = [await watch(), await watch({}, narrow), await watch({}, narrow)];
    // One for all, on the verifiers that were made of this one as well.
    expect([vi.getTimerCount(), subscribers.size]).toEqual([1, 1]);
    await pass(500);
    for (const { stop } of watches) stop();
    await pass(500);
    const atEnd = asked.length;
    expect([vi.getTimerCount(), subscribers.size]).toEqual([0, 0]);
    await pass(5_000);
    expect(asked).toHaveLength(atEnd);

    const { ends, stop } = await watch();
    expect([vi.getTimerCount(), subscribers.size]).toEqual([1, 1]);
    await pass(500);
    expect(asked.length).toBeGreaterThan(atEnd);
    stop();
    await pass(500);
    expect([vi.getTimerCount(), subscribers.size, ends]).toEqual([0, 0, []]);
  });

  test.each<readonly [string, unknown]>([
    [
      "throws",
      () => {
        throw new Error("no subscriptions today");
      },
    ],
    ["gives nothing back", () => undefined],
    [
      "can't be ended",
      () => () => {
        throw new Error("not now");
      },
    ],
  ])("a subscription that %s harms nobody", async (_name, subscribe) => {
    const revocations = Object.assign(new InMemoryRevocationStore(), { subscribe }) as never;
    const { watch } = setUp({ revocations });
    const { ends, stop } = await watch({ sid: "a" });
    (revocations as InMemoryRevocationStore).markRevoked("a");
    await pass(500);
    expect(ends).toEqual([REVOKED]);
    stop();
    await pass(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
