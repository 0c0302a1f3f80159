import { InMemoryRevocationStore, type RevocationEvent } from "@caracalai/revocation";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";

let store: InMemoryRevocationStore;
let events: RevocationEvent[];
let consoleError: MockInstance<typeof console.error>;
const record = (event: RevocationEvent): void => {
  events.push(event);
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  consoleError = vi.spyOn(console, "error").mockImplementation(() => {});
  store = new InMemoryRevocationStore();
  events = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a listener", () => {
  test("is called before the mark returns, once for a new anchor", () => {
    store.subscribe(record);
    store.markRevoked("a", 100);
    expect(events).toEqual([{ kind: "anchor", anchor: "a" }]);
    store.markRevoked("a", 200);
    store.markRevoked("a", 10);
    expect(events).toHaveLength(1);
  });

  test("is called again for an anchor that had ended", () => {
    store.subscribe(record);
    store.markRevoked("a", 100);
    vi.advanceTimersByTime(100);
    store.markRevoked("a", 100);
    expect(events).toHaveLength(2);
  });

  test("is called for an epoch that grew, and for no other", () => {
    store.subscribe(record);
    for (const epoch of [0, 5, 5, 4, 0, 6]) store.markDelegationEpoch("zone", epoch);
    expect(events).toEqual([
      { kind: "epoch", zoneId: "zone", epoch: 5 },
      { kind: "epoch", zoneId: "zone", epoch: 6 },
    ]);
  });

  test("is not called for a mark that was refused", () => {
    store.subscribe(record);
    expect(() => store.markRevoked("a", 0)).toThrow(
      new RangeError("ttlMs must be a positive finite number of milliseconds."),
    );
    expect(() => store.markDelegationEpoch("zone", -1)).toThrow(
      new RangeError("epoch must be a safe integer of 0 or more."),
    );
    expect(events).toEqual([]);
  });

  test("finds the entry stored, and may mark others", () => {
    const seen: boolean[] = [];
    store.subscribe((event) => {
      if (event.kind !== "anchor") return;
      seen.push(store.isRevoked(event.anchor));
      store.markRevoked("child");
    });
    store.markRevoked("parent");
    expect(seen).toEqual([true, true]);
    expect(store.isRevoked("child")).toBe(true);
  });

  test("cannot change what the next one hears", () => {
    store.subscribe((event) => {
      Object.assign(event, { anchor: "other" });
    });
    store.subscribe(record);
    store.markRevoked("a");
    expect(events).toEqual([{ kind: "anchor", anchor: "a" }]);
  });

  test("has to be a function", () => {
    expect(() => store.subscribe({} as () => void)).toThrow(
      new TypeError("The listener must be a function."),
    );
  });
});

describe("the end of a subscription", () => {
  test("is final and may be repeated", () => {
    const end = store.subscribe(record);
    end();
    end();
    store.markRevoked("a");
    expect(events).toEqual([]);
  });

  test("ends one of two subscriptions of the same function", () => {
    const end = store.subscribe(record);
    store.subscribe(record);
    store.markRevoked("a");
    expect(events).toHaveLength(2);
    end();
    end();
    store.markRevoked("b");
    expect(events).toHaveLength(3);
  });

  test("takes effect while an event is delivered", () => {
    let endOther = (): void => {};
    store.subscribe(() => endOther());
    endOther = store.subscribe(record);
    store.markRevoked("a");
    expect(events).toEqual([]);
  });

  test("a subscription made while an event is delivered hears of the next", () => {
    store.subscribe(() => {
      store.subscribe(record);
    });
    store.markRevoked("a");
    expect(events).toEqual([]);
    store.markRevoked("b");
    expect(events).toEqual([{ kind: "anchor", anchor: "b" }]);
  });
});

describe("a listener that fails", () => {
  test.each<[string, () => void, string]>([
    [
      "throws an error",
      () => {
        throw new RangeError("secret-session is not welcome");
      },
      "RangeError",
    ],
    [
      "throws a string",
      () => {
        throw "secret-session";
      },
      "string",
    ],
    ["rejects", async () => Promise.reject(new Error("secret-session")), "Error"],
  ])("and %s stops nobody, and is reported without the anchor", async (_, listener, kind) => {
    store.subscribe(listener);
    store.subscribe(record);
    store.markRevoked("secret-session");
    expect(store.isRevoked("secret-session")).toBe(true);
    expect(events).toHaveLength(1);
    await vi.waitFor(() => expect(consoleError).toHaveBeenCalled());
    expect(consoleError.mock.calls).toEqual([
      [`A revocation listener failed (${kind}). The revocation itself is stored.`],
    ]);
  });

  test("does not keep an epoch from growing", () => {
    store.subscribe(() => {
      throw new Error("no");
    });
    store.subscribe(record);
    store.markDelegationEpoch("zone", 5);
    expect(store.currentDelegationEpoch("zone")).toBe(5);
    expect(events).toHaveLength(1);
  });
});
