import { InMemoryRevocationStore } from "@caracalai/revocation";
import { revocationStoreContract } from "@caracalai/revocation/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

const cases = revocationStoreContract({
  create: () => new InMemoryRevocationStore(),
  offers: { check: true, subscribe: true },
  shortTtlMs: 40,
});

describe("InMemoryRevocationStore keeps the contract", () => {
  for (const { name, run } of cases) test(name, run);
});

test("no two cases have the same name", () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});
