import { InMemoryRevocationStore } from "@caracalai/revocation";
import { describe, expect, test } from "vitest";

describe("check", () => {
  test("is synchronous", () => {
    const store = new InMemoryRevocationStore();
    store.markRevoked("b");
    store.markDelegationEpoch("zone", 4);
    const state = store.check({ anchors: ["a", "b"], zoneId: "zone" });
    expect(state).toEqual({ revoked: true, delegationEpoch: 4 });
  });

  test("hears a subclass that overrides the single questions", () => {
    class Strict extends InMemoryRevocationStore {
      override isRevoked(anchor: string): boolean {
        return anchor.startsWith("blocked-") || super.isRevoked(anchor);
      }
      override currentDelegationEpoch(): number {
        return 12;
      }
    }
    const store = new Strict();
    expect(store.check({ anchors: ["blocked-1"], zoneId: "zone" })).toEqual({
      revoked: true,
      delegationEpoch: 12,
    });
    expect(store.check({ anchors: ["a"] })).toEqual({ revoked: false, delegationEpoch: 0 });
  });

  test("hears an instance that was patched, with an async function too", async () => {
    const store = new InMemoryRevocationStore();
    Object.assign(store, { isRevoked: async (anchor: string) => anchor === "remote" });
    const state: unknown = store.check({ anchors: ["local", "remote"] });
    expect(state).toBeInstanceOf(Promise);
    expect(await state).toEqual({ revoked: true, delegationEpoch: 0 });
  });

  test("refuses what a patched instance answers where that is no answer", () => {
    const store = new InMemoryRevocationStore();
    Object.assign(store, { isRevoked: () => undefined });
    expect(() => store.check({ anchors: ["a"] })).toThrow(
      expect.objectContaining({ name: "RevocationStoreError" }),
    );
  });
});
