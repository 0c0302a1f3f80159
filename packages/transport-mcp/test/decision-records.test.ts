import {
  createKeyCache,
  type DecisionAbout,
  type DecisionItem,
  MandateError,
} from "@caracalai/transport-mcp";
import { describe, expect, test, vi } from "vitest";
import { hearing, recordOf, refused } from "./support/decisions.js";
import { storeOf } from "./support/stores.js";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();

const throws = () => {
  throw new Error("not to be read");
};

describe("a record", () => {
  const items: readonly DecisionItem[] = [
    { kind: "tool", name: "read_notes" },
    { kind: "resource", name: "notes://all" },
    { kind: "resource_template", name: "notes://{id}" },
    { kind: "prompt", name: "summary" },
  ];

  test("names what the decision was about", async () => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    const principal = principalOf(await verifier.authenticate(sts.mint(), {}, { items }));
    await verifier.authorization(undefined, undefined, { items });
    await verifier.recheck(principal, undefined, { items });
    expect(decisions.map((decision) => decision.items)).toStrictEqual([items, items, items]);
    expect(decisions.map(({ stage }) => stage)).toEqual(["request", "request", "recheck"]);
  });

  test("tells of a refusal of whoever could not get at a token", async () => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    const missing = await verifier.authorization(undefined);
    const error = missing.ok ? undefined : missing.error;
    if (error === undefined) throw new Error("let in");
    expect(verifier.refuse(error, { items })).toStrictEqual({ ok: false, error });
    const [asJudged, asTold] = decisions;
    expect(asTold).toStrictEqual({ ...asJudged, items, durationMs: asTold?.durationMs });
    expect(asTold).toMatchObject({ outcome: "refused", code: "missing_token", stage: "request" });
  });

  test("nobody has to hear of it", () => {
    const verifier = verifierFor(sts, { keyCache });
    const error = new MandateError({
      code: "missing_token",
      check: "bearer",
      description: "",
      hint: "",
    });
    expect(verifier.refuse(error)).toStrictEqual({ ok: false, error });
  });

  test("is plain and frozen, lists included, and holds copies", async () => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    const mutable = items.map((item) => ({ ...item, extra: "left out" }));
    const deciding = verifier.authenticate(sts.mint(), {}, { items: mutable });
    mutable.pop();
    Object.assign(mutable[0] ?? {}, { name: "changed" });
    await deciding;
    const [decision] = decisions;
    expect(decision?.items).toStrictEqual(items);
    expect(Object.getPrototypeOf(decision)).toBe(Object.prototype);
    for (const part of [decision, decision?.items, ...(decision?.items ?? [])]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  const malformed: readonly unknown[] = [
    ...[null, 5, { items: null }, { items: 5 }, { items: [null, 5] }, { items: { length: 2 } }],
    { items: [{ kind: "tool" }, { kind: "session", name: "a" }, { name: "a" }] },
    Object.defineProperty({}, "items", { get: throws }),
  ];

  test("a malformed account of what it is about changes no decision", async () => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    for (const about of malformed) {
      const result = await verifier.authenticate(sts.mint(), {}, about as DecisionAbout);
      expect(verdictOf(result)).toBe("ok");
    }
    expect(decisions).toStrictEqual(malformed.map(() => recordOf({ zoneId: "zone_dev" })));
  });

  test("tells how long it took, by a monotonic clock", async () => {
    const readings = [1_000, 1_012.5];
    const clock = vi.spyOn(performance, "now").mockImplementation(() => readings.shift() ?? 0);
    const { verifier, decisions } = hearing(sts, { keyCache });
    await verifier.authorization(undefined);
    clock.mockRestore();
    expect(decisions).toStrictEqual([
      recordOf({ ...refused("missing_token", "bearer"), durationMs: 12.5 }),
    ]);
  });

  test("covers the time that the store took", async () => {
    const slow = () => new Promise((resolve) => setTimeout(() => resolve(false), 30));
    const { verifier, decisions } = hearing(sts, {
      keyCache,
      revocations: storeOf({ isRevoked: slow }),
      revocationTimeoutMs: 10_000,
    });
    await verifier.authenticate(sts.mint());
    // Timers may be a millisecond early.
    expect(decisions[0]?.durationMs).toBeGreaterThan(28);
  });
});
