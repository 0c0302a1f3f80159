import { delegatedMandate, type MintClaims } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { checkActiveAuthority, createKeyCache, type KeyCache } from "@caracalai/transport-mcp";
import { describe, expect, test, vi } from "vitest";
import { type Answers, notingStore, SlowStore, storeOf } from "./support/stores.js";
import { GENEROUS_MS, stsOfFile, stsOfTest, verifierFor } from "./support/sts.js";
import { thenable, unreadableThenable } from "./support/thenables.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();

const ANCHORS = {
  sid: "anchor_sid",
  root_sid: "anchor_root",
  agent_session_id: "anchor_agent",
  delegation_edge_id: "anchor_edge",
};
const UNAVAILABLE = "verification_unavailable/revocations_unavailable";

const everyAnchor = sts.mint(delegatedMandate(ANCHORS));

describe("anchors", () => {
  test.each(Object.entries(ANCHORS))("%s", async (_claim, anchor) => {
    const revocations = new InMemoryRevocationStore();
    const { authenticate } = verifierFor(sts, { revocations, keyCache });
    expect(verdictOf(await authenticate(everyAnchor))).toBe("ok");
    revocations.markRevoked(`${anchor}_of_another`);
    expect(verdictOf(await authenticate(everyAnchor))).toBe("ok");
    revocations.markRevoked(anchor);
    expect(verdictOf(await authenticate(everyAnchor))).toBe("session_revoked/revocation");
  });

  test("what the STS revokes is refused, and its epochs count", async () => {
    const revocations = new InMemoryRevocationStore();
    const own = await stsOfTest({ revocations });
    const { authenticate } = verifierFor(own, { revocations });
    const before = own.mint(delegatedMandate());
    expect(verdictOf(await authenticate(before))).toBe("ok");
    await own.bumpEpoch();
    expect(verdictOf(await authenticate(before))).toBe("delegation_stale/epoch");
    expect(verdictOf(await authenticate(own.mint(delegatedMandate())))).toBe("ok");
    const session = own.mint({ sid: "session_1" });
    await own.revoke("session_1");
    expect(verdictOf(await authenticate(session))).toBe("session_revoked/revocation");
  });

  test("a revoked anchor goes before a stale epoch", async () => {
    const revocations = new InMemoryRevocationStore();
    revocations.markRevoked("anchor_edge");
    revocations.markDelegationEpoch("zone_dev", 9);
    const { authenticate } = verifierFor(sts, { revocations, keyCache });
    expect(verdictOf(await authenticate(everyAnchor))).toBe("session_revoked/revocation");
  });
});

/** Name, claims, the zone's epoch, verdict. */
const STALE = "delegation_stale/epoch";
const epochs: readonly (readonly [string, MintClaims, number, string])[] = [
  ["delegated, no claim, no epoch", delegatedMandate(), 0, "ok"],
  ["delegated, no claim: counts as 0", delegatedMandate(), 1, STALE],
  ["not delegated, no claim: not subject", {}, 99, "ok"],
  ["not delegated, claim lower", { delegation_graph_epoch: 4 }, 5, STALE],
  ["claim lower", delegatedMandate({ delegation_graph_epoch: 4 }), 5, STALE],
  ["claim 0", delegatedMandate({ delegation_graph_epoch: 0 }), 1, STALE],
  ["claim equal", delegatedMandate({ delegation_graph_epoch: 5 }), 5, "ok"],
  ["claim higher", delegatedMandate({ delegation_graph_epoch: 6 }), 5, "ok"],
  ["the legacy claim counts for nothing", delegatedMandate({ graph_epoch: 9 }), 1, STALE],
];

test.each(epochs)("epoch: %s", async (_name, claims, epoch, verdict) => {
  const revocations = new InMemoryRevocationStore();
  revocations.markDelegationEpoch("zone_dev", epoch);
  revocations.markDelegationEpoch("zone_other", 1_000);
  const { authenticate } = verifierFor(sts, { revocations, keyCache });
  expect(verdictOf(await authenticate(sts.mint(claims)))).toBe(verdict);
});

describe("what the store is asked", () => {
  const asked = Object.values(ANCHORS).map((anchor) => `anchor ${anchor}`);

  test("every anchor, then the epoch, without a timer where the store is synchronous", async () => {
    const calls: string[] = [];
    const timer = vi.spyOn(globalThis, "setTimeout");
    const { authenticate, warmup } = verifierFor(sts, {
      revocations: notingStore(calls),
      keyCache,
    });
    await warmup();
    timer.mockClear();
    expect(verdictOf(await authenticate(everyAnchor))).toBe("ok");
    expect(calls).toEqual([...asked, "epoch of zone_dev"]);
    expect(timer).not.toHaveBeenCalled();
    timer.mockRestore();
  });

  test("every anchor, also after a revoked one", async () => {
    const calls: string[] = [];
    const revocations = notingStore(calls, { isRevoked: () => true });
    const { authenticate } = verifierFor(sts, { revocations, keyCache });
    expect(verdictOf(await authenticate(everyAnchor))).toBe("session_revoked/revocation");
    expect(calls).toEqual([...asked, "epoch of zone_dev"]);
  });

  test("no anchor twice, and no epoch of a mandate that is not subject to it", async () => {
    const calls: string[] = [];
    const { authenticate } = verifierFor(sts, { revocations: notingStore(calls), keyCache });
    await authenticate(sts.mint({ sid: "same", root_sid: "same" }));
    expect(calls).toEqual(["anchor same"]);
  });

  test("once, where it has a batch check", async () => {
    const check = vi.fn(() => ({ revoked: false, delegationEpoch: 0 }));
    const calls: string[] = [];
    const revocations = { ...notingStore(calls), check };
    const { authenticate } = verifierFor(sts, { revocations, keyCache });
    expect(verdictOf(await authenticate(everyAnchor))).toBe("ok");
    expect(verdictOf(await authenticate(sts.mint({ sid: "s", root_sid: "r" })))).toBe("ok");
    expect(check.mock.calls).toEqual([
      [{ anchors: Object.values(ANCHORS), zoneId: "zone_dev" }],
      [{ anchors: ["s", "r"], zoneId: undefined }],
    ]);
    expect(calls).toEqual([]);
  });

  test.each([
    ["header", sts.mint({}, { header: { alg: "none" } })],
    ["key", sts.mint({}, { kid: "unknown" })],
    ["signature", sts.mint({}, { signWith: "foreign" })],
    ["claims", sts.mint({ use: "session" })],
    ["zone", sts.mint({ zone_id: "zone_other" })],
    ["authority", sts.mint({ scope: "" })],
  ])("nothing, where the mandate fails earlier: %s", async (_name, token) => {
    const calls: string[] = [];
    const options = { revocations: notingStore(calls), requiredScopes: ["mcp:tool:call"] };
    const result = await verifierFor(sts, { ...options, keyCache }).authenticate(token);
    expect([result.ok, calls]).toEqual([false, []]);
  });
});

describe("a subclass of the store in memory", () => {
  class RevokesOne extends InMemoryRevocationStore {
    override isRevoked(anchor: string): boolean {
      return anchor === "anchor_edge";
    }
  }
  class RevokesOneLater extends InMemoryRevocationStore {
    override isRevoked(anchor: string): boolean {
      return Promise.resolve(anchor === "anchor_edge") as unknown as boolean;
    }
  }
  class HigherEpoch extends InMemoryRevocationStore {
    override currentDelegationEpoch(): number {
      return 7;
    }
  }

  test.each([
    ["isRevoked, synchronous", new RevokesOne(), "session_revoked/revocation"],
    ["isRevoked, asynchronous", new RevokesOneLater(), "session_revoked/revocation"],
    ["currentDelegationEpoch", new HigherEpoch(), STALE],
  ])("is heard: %s", async (_name, revocations, verdict) => {
    const { authenticate, recheck } = verifierFor(sts, { revocations, keyCache });
    const principal = principalOf(await verifierFor(sts, { keyCache }).authenticate(everyAnchor));
    expect(verdictOf(await authenticate(everyAnchor))).toBe(verdict);
    expect(verdictOf(await recheck(principal))).toBe(verdict);
    expect(verdictOf(await checkActiveAuthority(principal.mandate, revocations))).toBe(verdict);
  });
});

describe("a store that gives no clear answer", () => {
  const thrown = () => {
    throw new Error("connection lost");
  };
  const hangs = () => new Promise(() => {});
  const failing: readonly (readonly [string, () => unknown])[] = [
    ["throws", thrown],
    [
      "throws nothing",
      () => {
        throw undefined;
      },
    ],
    ["rejects", () => Promise.reject(new Error("connection lost"))],
    ["hangs", hangs],
    ["gives a thenable that hangs", () => thenable(() => {})],
    ["gives a thenable that throws", () => thenable(thrown)],
    ["gives a thenable that rejects", () => thenable((_: unknown, reject: () => void) => reject())],
    ["gives a then that can't be read", unreadableThenable],
  ];
  const unclear: readonly unknown[] = [undefined, null, "", "false", "true", "0", {}, [], 1n];
  const notBoolean = [...unclear, 0, 1, Number.NaN, new Boolean(false), () => false, thenable(1)];
  const notEpoch = [
    ...unclear,
    true,
    false,
    -1,
    1.5,
    Number.NaN,
    Infinity,
    2 ** 53,
    [0],
    thenable(0),
  ];
  const known = { revoked: false, delegationEpoch: 0 };
  const notState = [
    ...unclear,
    ...[0, true, () => known, [false, 0]],
    ...notBoolean.map((revoked) => ({ ...known, revoked })),
    ...notEpoch.map((delegationEpoch) => ({ ...known, delegationEpoch })),
    Object.defineProperty({ ...known }, "revoked", { get: thrown }),
  ];

  const sometimes = (answer: () => unknown) => (anchor: string) =>
    anchor === "anchor_root" ? answer() : false;

  /** The answer as it is, promised, and from a thenable. */
  const forms = (answers: readonly unknown[]): (() => unknown)[] =>
    answers.flatMap((answer) => [
      () => answer,
      () => Promise.resolve(answer),
      () => thenable((resolve: (value: unknown) => void) => resolve(answer)),
    ]);

  const stores: readonly (readonly [string, Answers])[] = [
    ...failing.flatMap(([name, answer]): [string, Answers][] => [
      [`isRevoked ${name}`, { isRevoked: answer }],
      [`isRevoked ${name} for one anchor`, { isRevoked: sometimes(answer) }],
      [`currentDelegationEpoch ${name}`, { currentDelegationEpoch: answer }],
      [`check ${name}`, { check: answer }],
    ]),
    ...forms(notBoolean).map((isRevoked): [string, Answers] => ["isRevoked", { isRevoked }]),
    ...forms(notBoolean).map((answer): [string, Answers] => [
      "isRevoked of one anchor",
      { isRevoked: sometimes(answer) },
    ]),
    ...forms(notEpoch).map((currentDelegationEpoch): [string, Answers] => [
      "currentDelegationEpoch",
      { currentDelegationEpoch },
    ]),
    ...forms(notState).map((check): [string, Answers] => ["check", { check }]),
  ];

  test(`${stores.length} stores: nobody is let in, and nobody waits`, async () => {
    const patient = verifierFor(sts, { keyCache });
    const principal = principalOf(await patient.authenticate(everyAnchor));
    const startedAt = performance.now();
    const verdicts = await Promise.all(
      stores.map(async ([name, answers]) => {
        const revocations = storeOf(answers);
        const options = { revocations, keyCache, revocationTimeoutMs: 20 };
        const { authenticate, recheck } = verifierFor(sts, options);
        const results = await Promise.all([
          authenticate(everyAnchor),
          recheck(principal),
          checkActiveAuthority(principal.mandate, revocations),
        ]);
        return [name, ...results.map(verdictOf)];
      }),
    );
    expect(performance.now() - startedAt).toBeLessThan(GENEROUS_MS);
    expect(verdicts).toEqual(stores.map(([name]) => [name, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE]));
  });

  test("an answer in any form is one, where it is clear", async () => {
    for (const isRevoked of forms([false])) {
      for (const currentDelegationEpoch of forms([0])) {
        const revocations = storeOf({ isRevoked, currentDelegationEpoch });
        const { authenticate } = verifierFor(sts, { revocations, keyCache });
        expect(verdictOf(await authenticate(everyAnchor))).toBe("ok");
      }
    }
    for (const check of forms([known])) {
      const { authenticate } = verifierFor(sts, { revocations: storeOf({ check }), keyCache });
      expect(verdictOf(await authenticate(everyAnchor))).toBe("ok");
    }
  });

  test("what a store says after the deadline is not heard", async () => {
    let reject: (reason: Error) => void = () => {};
    const late = new Promise((_, fail) => {
      reject = fail;
    });
    const revocations = storeOf({ isRevoked: () => late });
    const { authenticate } = verifierFor(sts, { revocations, keyCache, revocationTimeoutMs: 1 });
    expect(verdictOf(await authenticate(everyAnchor))).toBe(UNAVAILABLE);
    // Unhandled, this would fail the run.
    reject(new Error("connection lost"));
    await late.catch(() => {});
  });
});

describe("a revocation that arrives under way", () => {
  test("while the store is asked: refused from then on", async () => {
    const revocations = new SlowStore();
    const options = { revocations, keyCache, revocationTimeoutMs: 10_000 };
    const { authenticate } = verifierFor(sts, options);
    const underWay = authenticate(everyAnchor);
    await revocations.asked;
    revocations.markRevoked("anchor_edge");
    revocations.answer();
    // The store had answered this one before.
    expect(verdictOf(await underWay)).toBe("ok");
    expect(verdictOf(await authenticate(everyAnchor))).toBe("session_revoked/revocation");
  });

  test("while the keys are fetched: refused at once", async () => {
    const revocations = new InMemoryRevocationStore();
    const keys = createKeyCache();
    const revokesMeanwhile: KeyCache = {
      warmup: keys.warmup,
      find: async (query) => {
        const key = await keys.find(query);
        revocations.markRevoked("anchor_edge");
        return key;
      },
    };
    const { authenticate } = verifierFor(sts, { revocations, keyCache: revokesMeanwhile });
    expect(verdictOf(await authenticate(everyAnchor))).toBe("session_revoked/revocation");
  });
});
