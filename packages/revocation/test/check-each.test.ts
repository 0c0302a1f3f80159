import { checkEach, RevocationStoreError } from "@caracalai/revocation";
import { describe, expect, test, vi } from "vitest";

const query = { anchors: ["a", "b", "c"], zoneId: "zone" };

/** A store as JavaScript may bring it along: anything can come out. */
function storeOf(isRevoked: (anchor: string) => unknown, epoch: () => unknown = () => 3) {
  return {
    isRevoked: vi.fn(isRevoked as (anchor: string) => boolean | Promise<boolean>),
    currentDelegationEpoch: vi.fn(epoch as (zone: string) => number | Promise<number>),
  };
}

describe("a store that answers synchronously", () => {
  test("is answered for synchronously", () => {
    const store = storeOf((anchor) => anchor === "b");
    expect(checkEach(store, query)).toEqual({ revoked: true, delegationEpoch: 3 });
    expect(store.isRevoked.mock.calls).toEqual([["a"], ["b"], ["c"]]);
    expect(store.currentDelegationEpoch.mock.calls).toEqual([["zone"]]);
  });

  test("finds nothing where nothing is revoked", () => {
    expect(
      checkEach(
        storeOf(() => false),
        query,
      ),
    ).toEqual({ revoked: false, delegationEpoch: 3 });
  });

  test("is not asked for an epoch without a zone", () => {
    const store = storeOf(() => false);
    expect(checkEach(store, { anchors: ["a"] })).toEqual({ revoked: false, delegationEpoch: 0 });
    expect(checkEach(store, { anchors: [], zoneId: undefined }).toString()).toBe("[object Object]");
    expect(store.currentDelegationEpoch).not.toHaveBeenCalled();
  });

  test("needs no promise", () => {
    const all = vi.spyOn(Promise, "all");
    const settled = vi.spyOn(Promise, "allSettled");
    checkEach(
      storeOf(() => false),
      query,
    );
    expect(all).not.toHaveBeenCalled();
    expect(settled).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test("is called as a method", () => {
    class Store {
      readonly #revoked = "b";
      isRevoked(anchor: string): boolean {
        return anchor === this.#revoked;
      }
      currentDelegationEpoch(): number {
        return this.#revoked.length;
      }
    }
    expect(checkEach(new Store(), query)).toEqual({ revoked: true, delegationEpoch: 1 });
  });

  test("passes its own errors on", () => {
    const error = new Error("down");
    const fail = (): never => {
      throw error;
    };
    expect(() => checkEach(storeOf(fail), query)).toThrow(error);
    expect(() =>
      checkEach(
        storeOf(() => true, fail),
        query,
      ),
    ).toThrow(error);
  });
});

describe("a store that answers with promises", () => {
  test("is answered for with a promise", async () => {
    const store = storeOf(
      async (anchor) => anchor === "c",
      async () => 9,
    );
    const state = checkEach(store, query);
    expect(state).toBeInstanceOf(Promise);
    expect(await state).toEqual({ revoked: true, delegationEpoch: 9 });
  });

  test.each<[string, (anchor: string) => unknown, () => unknown]>([
    ["the epoch", () => true, async () => 9],
    ["one anchor", (anchor) => (anchor === "b" ? Promise.resolve(true) : false), () => 9],
    // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are no instances of ours
    ["a thenable", () => ({ then: (done: (value: unknown) => void) => done(true) }), () => 9],
  ])("may do so for %s only", async (_, isRevoked, epoch) => {
    const state = checkEach(storeOf(isRevoked, epoch), query);
    expect(state).toBeInstanceOf(Promise);
    expect(await state).toEqual({ revoked: true, delegationEpoch: 9 });
  });

  test("is asked everything at once, not one question after the other", async () => {
    const answers: ((value: boolean) => void)[] = [];
    const store = storeOf(() => new Promise((resolve) => answers.push(resolve)));
    const state = checkEach(store, query);
    expect(answers).toHaveLength(3);
    for (const answer of answers) answer(false);
    expect(await state).toEqual({ revoked: false, delegationEpoch: 3 });
  });

  test("passes its own rejections on", async () => {
    const error = new Error("down");
    const reject = async (): Promise<never> => Promise.reject(error);
    await expect(checkEach(storeOf(reject), query)).rejects.toBe(error);
    await expect(
      checkEach(
        storeOf(() => true, reject),
        query,
      ),
    ).rejects.toBe(error);
  });

  test("leaves no rejection unhandled where it throws as well", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    // Plain functions: a spy looks at the promises it returns, which counts as handling them.
    const store = {
      isRevoked: async (): Promise<boolean> => Promise.reject(new Error("down")),
      currentDelegationEpoch: (): number => {
        throw new Error("thrown");
      },
    };
    expect(() => checkEach(store, query)).toThrow("thrown");
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

type WrongAnswer = [what: string, answer: unknown, kind: string];

const nonsense: readonly WrongAnswer[] = [
  ["undefined", undefined, "a value of type undefined"],
  ["null", null, "null"],
  ["a string", "session-secret", "a value of type string"],
  ["an empty string", "", "a value of type string"],
  ["an object", {}, "a value of type object"],
  ["a boxed boolean", new Boolean(true), "a value of type object"],
  ["a function", () => true, "a value of type function"],
  ["a bigint", 1n, "a value of type bigint"],
];

describe("an answer for an anchor that is none", () => {
  const wrong: readonly WrongAnswer[] = [
    ...nonsense,
    ["0", 0, "a value of type number"],
    ["1", 1, "a value of type number"],
  ];

  test.each(wrong)("%s is an error", async (_, answer, kind) => {
    const message = `The revocation store answered isRevoked with ${kind} instead of true or false.`;
    // Also after one that is revoked: a store that answers nonsense is broken, whatever else it says.
    const sync = storeOf((anchor) => (anchor === "c" ? answer : true));
    const error = caught(() => checkEach(sync, query));
    expect(error).toBeInstanceOf(RevocationStoreError);
    expect(error).toMatchObject({ name: "RevocationStoreError", message });
    const async = storeOf(async () => answer);
    await expect(checkEach(async, query)).rejects.toMatchObject({
      name: "RevocationStoreError",
      message,
    });
  });
});

describe("an epoch that is none", () => {
  const wrong: readonly WrongAnswer[] = [
    ...nonsense,
    ["a boolean", false, "a value of type boolean"],
    ["text", "3", "a value of type string"],
    ["a negative number", -1, "a value of type number"],
    ["a fraction", 1.5, "a value of type number"],
    ["NaN", Number.NaN, "a value of type number"],
    ["Infinity", Number.POSITIVE_INFINITY, "a value of type number"],
    ["2^53", 2 ** 53, "a value of type number"],
  ];

  test.each(wrong)("%s is an error", async (_, answer, kind) => {
    const message = `The revocation store answered currentDelegationEpoch with ${kind} instead of a safe integer of 0 or more.`;
    const error = caught(() =>
      checkEach(
        storeOf(
          () => false,
          () => answer,
        ),
        query,
      ),
    );
    expect(error).toBeInstanceOf(RevocationStoreError);
    expect(error).toMatchObject({ message });
    const async = storeOf(
      () => false,
      async () => answer,
    );
    await expect(checkEach(async, query)).rejects.toMatchObject({
      name: "RevocationStoreError",
      message,
    });
  });
});

test("no error quotes an anchor or an answer", () => {
  const store = storeOf(() => "secret-answer");
  const error = caught(() => checkEach(store, { anchors: ["secret-anchor"] })) as Error;
  expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toMatch(/secret-a/);
});

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
