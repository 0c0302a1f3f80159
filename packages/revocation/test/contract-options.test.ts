import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  type RevocationStoreContractOptions,
  revocationStoreContract,
} from "@caracalai/revocation/testing";
import { describe, expect, test, vi } from "vitest";

const offers = { check: true, subscribe: true };
const create = (): InMemoryRevocationStore => new InMemoryRevocationStore();
const names = (options: RevocationStoreContractOptions): string[] =>
  revocationStoreContract(options).map(({ name }) => name);

describe("which cases there are", () => {
  test("all of them, where everything is offered", () => {
    expect(names({ create, offers })).toHaveLength(34);
  });

  test("those of the batch check only where it is offered", () => {
    const without = names({ create, offers: { ...offers, check: false } });
    expect(without.filter((name) => name.includes("batch check"))).toEqual([]);
    expect(without).toHaveLength(30);
  });

  test("those of the subscription only where it is offered", () => {
    expect(names({ create, offers: { ...offers, subscribe: false } })).toHaveLength(28);
  });
});

describe("create and destroy", () => {
  const first = (options: RevocationStoreContractOptions<InMemoryRevocationStore>) =>
    revocationStoreContract(options)[0]?.run();

  test("nothing is created before a case runs", () => {
    const spy = vi.fn(create);
    revocationStoreContract({ create: spy, offers });
    expect(spy).not.toHaveBeenCalled();
  });

  test("a case that passes destroys its store, and waits for that", async () => {
    const store = create();
    const destroyed: unknown[] = [];
    const destroy = async (it: InMemoryRevocationStore): Promise<void> => {
      await Promise.resolve();
      destroyed.push(it);
    };
    await first({ create: async () => store, destroy, offers });
    expect(destroyed).toEqual([store]);
  });

  test("a case that fails destroys its store too", async () => {
    const destroy = vi.fn();
    await expect(first({ create, destroy, offers: { ...offers, check: false } })).rejects.toThrow(
      "whether the store has check: expected false, got true.",
    );
    expect(destroy).toHaveBeenCalledOnce();
  });
});

describe("options that are refused", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["an unknown name", { shortTtl: 5 }, 'Unknown option "shortTtl".'],
    [
      "a TTL of 0",
      { shortTtlMs: 0 },
      "shortTtlMs must be a positive finite number of milliseconds.",
    ],
    [
      "no number",
      { deadlineMs: "9" },
      "deadlineMs must be a positive finite number of milliseconds.",
    ],
    [
      "half an anchor",
      { manyAnchors: 0.5 },
      "manyAnchors must be a positive integer, at most 9007199254740991 anchors.",
    ],
  ])("%s", (_, wrong, message) => {
    expect(() => revocationStoreContract({ create, offers, ...wrong })).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringContaining(message) }),
    );
  });
});
