import { isDeepStrictEqual } from "node:util";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { revocationStoreContract } from "@caracalai/revocation/testing";
import { describe, expect, test } from "vitest";

/** Refuses whatever the contract refuses, but for one value, which it takes without a word. */
class Takes extends InMemoryRevocationStore {
  readonly #taken: unknown;
  constructor(taken: unknown) {
    super();
    this.#taken = taken;
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    if (!this.#isTaken(anchor, ttlMs)) super.markRevoked(anchor, ttlMs);
  }
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    if (!this.#isTaken(zoneId, epoch, ttlMs)) super.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
  #isTaken(...given: readonly unknown[]): boolean {
    return given.some((it) => isDeepStrictEqual(it, this.#taken));
  }
}

async function failureOf(taken: unknown, name: string): Promise<unknown> {
  const contract = revocationStoreContract({
    create: () => new Takes(taken),
    offers: { check: true, subscribe: true },
  });
  const found = contract.find((it) => it.name === name);
  return found?.run().then(
    () => undefined,
    ({ message }: Error) => message,
  );
}

const BAD_ANCHOR = "what is no anchor is refused with a TypeError";
const BAD_TTL = "a TTL that is none is refused with a RangeError and changes nothing";
const BAD_MARK = "what is no zone, no epoch or no TTL is refused and changes nothing";

describe("the contract suite tells a store that takes for a name", () => {
  test.each([
    ["", '""'],
    [null, "null"],
    [0, "0"],
    [1, "1"],
    [true, "true"],
    [{}, "{}"],
    [["session"], '["session"]'],
  ])("%j", async (taken, shown) => {
    expect(await failureOf(taken, BAD_ANCHOR)).toBe(
      `markRevoked(${shown}): the error: expected "TypeError", got undefined.`,
    );
    expect(await failureOf(taken, BAD_MARK)).toBe(
      `markDelegationEpoch(${shown}, 8): the error: expected "TypeError", got undefined.`,
    );
  });
});

describe("the contract suite tells a store that takes for a TTL", () => {
  test.each<[unknown, string]>([
    [0, "0 (number)"],
    [-0, "0 (number)"],
    [-1, "-1 (number)"],
    [Number.NaN, "NaN (number)"],
    [Number.POSITIVE_INFINITY, "Infinity (number)"],
    [Number.NEGATIVE_INFINITY, "-Infinity (number)"],
    ["1000", "1000 (string)"],
    [null, "null (object)"],
    [1000n, "1000 (bigint)"],
  ])("%s", async (taken, shown) => {
    expect(await failureOf(taken, BAD_TTL)).toBe(
      `markRevoked with the TTL ${shown}: the error: expected "RangeError", got undefined.`,
    );
  });
});

describe("the contract suite tells a store that takes for an epoch", () => {
  test.each<[unknown, string]>([
    [-1, "-1 (number)"],
    [1.5, "1.5 (number)"],
    [Number.NaN, "NaN (number)"],
    [Number.POSITIVE_INFINITY, "Infinity (number)"],
    [2 ** 53, "9007199254740992 (number)"],
    ["8", "8 (string)"],
    [8n, "8 (bigint)"],
  ])("%s", async (taken, shown) => {
    expect(await failureOf(taken, BAD_MARK)).toBe(
      `markDelegationEpoch with the epoch ${shown}: the error: expected "RangeError", got undefined.`,
    );
  });
});
