import process from "node:process";
import { createKeyCache, type DecisionHook, type MandateVerifier } from "@caracalai/transport-mcp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { storeOf } from "./support/stores.js";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { thenable, unreadableThenable } from "./support/thenables.js";
import { principalOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();
const failure = new Error("of the hook");
const unhandled = vi.fn();

beforeEach(() => {
  unhandled.mockClear();
  process.on("unhandledRejection", unhandled);
});

afterEach(async () => {
  // Node tells of unhandled rejections once the microtasks are done, and takes immediates in turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

const hooks: readonly (readonly [string, DecisionHook])[] = [
  [
    "throws",
    () => {
      throw failure;
    },
  ],
  [
    "throws nothing",
    () => {
      throw undefined;
    },
  ],
  ["rejects", () => Promise.reject(failure)],
  ["rejects later", () => new Promise((_, reject) => setImmediate(reject, failure))],
  [
    "gives a thenable that throws",
    () =>
      thenable(() => {
        throw failure;
      }),
  ],
  [
    "gives a thenable that rejects",
    () => thenable((_: unknown, reject: (reason: unknown) => void) => reject(failure)),
  ],
  ["gives what can't be told from one", unreadableThenable],
  ["never settles", () => new Promise(() => {})],
  ["gives false", () => false],
  [
    "tries to change the record",
    (decision) => Object.assign(decision, { outcome: "ok", code: undefined }),
  ],
];

describe("a hook has no say", () => {
  test.each(hooks)("%s", async (_name, hook) => {
    // No mock: those look after the rejections of what they call.
    let calls = 0;
    const onDecision: DecisionHook = (decision) => {
      calls += 1;
      return hook(decision);
    };
    const plain = verifierFor(sts, { keyCache });
    const heard = verifierFor(sts, { keyCache, onDecision });
    const token = sts.mint();
    const principal = principalOf(await plain.authenticate(token));
    const route = { requiredScopes: ["a"] };

    const resultsOf = async ({ authenticate, authorization, recheck }: MandateVerifier) => [
      await authenticate(token),
      await authenticate(token, route),
      await authorization(undefined),
      await recheck(principal),
      await recheck(principal, route),
    ];
    expect(await resultsOf(heard)).toStrictEqual(await resultsOf(plain));
    expect(calls).toBe(5);
  });

  test("it gets the record alone, and no verifier to hold", async () => {
    const calls: unknown[][] = [];
    const onDecision = function (this: unknown, ...values: unknown[]): void {
      calls.push([this, ...values]);
    };
    await verifierFor(sts, { keyCache, onDecision }).authorization(undefined);
    expect(calls).toStrictEqual([[undefined, expect.objectContaining({ outcome: "refused" })]]);
  });
});

test("the hook is told once the store has answered, and before the caller", async () => {
  const order: string[] = [];
  const revocations = {
    isRevoked: () => {
      order.push("store");
      return false;
    },
    currentDelegationEpoch: () => 0,
    markRevoked: () => {},
    markDelegationEpoch: () => {},
  };
  const onDecision = () => {
    order.push("hook");
  };
  const { authenticate } = verifierFor(sts, { keyCache, revocations, onDecision });
  await authenticate(sts.mint({ sid: "same", root_sid: "same" }));
  order.push("caller");
  expect(order.filter((step, index) => step !== order[index - 1])).toEqual([
    "store",
    "hook",
    "caller",
  ]);
});

test("without a hook nothing is timed", async () => {
  // Keys and entries of a store are timed on their own account: none of either here.
  const options = { keyCache, revocations: storeOf({}) };
  const principal = principalOf(await verifierFor(sts, options).authenticate(sts.mint()));
  const readingsOf = async ({ authenticate, authorization, recheck }: MandateVerifier) => {
    const clock = vi.spyOn(performance, "now");
    await authenticate("");
    await authorization(undefined);
    await recheck(principal);
    const readings = clock.mock.calls.length;
    clock.mockRestore();
    return readings;
  };
  expect(await readingsOf(verifierFor(sts, options))).toBe(0);
  expect(await readingsOf(verifierFor(sts, { ...options, onDecision: () => {} }))).toBe(6);
});
