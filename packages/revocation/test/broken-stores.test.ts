import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import { type ContractCase, revocationStoreContract } from "@caracalai/revocation/testing";
import { describe, expect, test } from "vitest";
import { storesWithBrokenAnchors } from "./broken-stores/anchors.js";
import { storesWithBrokenChecks } from "./broken-stores/checks.js";
import { storesWithBrokenEpochLifetimes } from "./broken-stores/epoch-lifetimes.js";
import { storesWithBrokenEpochs } from "./broken-stores/epochs.js";
import { LastMarkWins, storesThatOverwrite } from "./broken-stores/last-mark-wins.js";
import { storesWithBrokenSubscriptions } from "./broken-stores/subscriptions.js";
import { storesWithBrokenTtls } from "./broken-stores/ttls.js";

const brokenStores = [
  ...storesWithBrokenAnchors,
  ...storesThatOverwrite,
  ...storesWithBrokenTtls,
  ...storesWithBrokenEpochs,
  ...storesWithBrokenEpochLifetimes,
  ...storesWithBrokenChecks,
  ...storesWithBrokenSubscriptions,
];

function contractOf(create: () => RevocationStore, shortTtlMs = 100): readonly ContractCase[] {
  return revocationStoreContract({
    create,
    offers: { check: true, subscribe: true },
    shortTtlMs,
    deadlineMs: 200,
    manyAnchors: 1_000,
  });
}

function caseOf(cases: readonly ContractCase[], name: string): ContractCase {
  const found = cases.find((it) => it.name === name);
  if (found === undefined) throw new Error(`The suite has no case "${name}".`);
  return found;
}

// What the author of a store reads has to name the question, what was expected and what came.
describe.each(brokenStores)("the contract suite tells a store that $fault", ({ create, told }) => {
  test.each(Object.entries(told))("%s", async (name, message) => {
    await expect(caseOf(contractOf(create), name).run()).rejects.toMatchObject({ message });
  });
});

test("every case of the suite tells some store", () => {
  const telling = new Set(brokenStores.flatMap(({ told }) => Object.keys(told)));
  const names = contractOf(() => new InMemoryRevocationStore()).map(({ name }) => name);
  expect(names.filter((name) => !telling.has(name))).toEqual([]);
});

test("the shortest of TTLs is waited for as well", async () => {
  const name = "a shorter TTL never ends an entry earlier";
  const { run } = caseOf(
    contractOf(() => new LastMarkWins(), 5),
    name,
  );
  await expect(run()).rejects.toThrow("isRevoked, long then short TTL: expected true, got false.");
});
