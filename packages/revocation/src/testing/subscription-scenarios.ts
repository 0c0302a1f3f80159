import type { RevocationEvent, RevocationStore } from "../revocation-store.js";
import { eventually, expectSame } from "./assertions.js";
import { LONG_TTL_MS, type Pace, type Scenario } from "./scenario.js";

/**
 * Played where the store offers a subscription. Events may take a while to arrive: an event that must
 * not come is told from one that is late by marking something else and waiting for that.
 */
export const subscriptionScenarios: readonly Scenario[] = [
  {
    name: "a subscriber hears of each new revocation once, and of no extension",
    async play(store, pace) {
      const heard = listen(store);
      await store.markRevoked("session");
      await heard.until("anchor session", pace);
      await store.markRevoked("session", LONG_TTL_MS);
      await store.markRevoked("session", 1_000 * LONG_TTL_MS);
      await store.markRevoked("last");
      await heard.until("anchor last", pace);
      expectSame(heard.all(), "anchor session, anchor last", "the events");
    },
  },
  {
    name: "a subscriber hears of each epoch that grew, and of no other",
    async play(store, pace) {
      const heard = listen(store);
      for (const epoch of [0, 5, 5, 4, 6]) await store.markDelegationEpoch("zone", epoch);
      await store.markDelegationEpoch("last", 1);
      await heard.until("epoch last 1", pace);
      expectSame(heard.all(), "epoch zone 5, epoch zone 6, epoch last 1", "the events");
    },
  },
  {
    name: "the store knows of a revocation before the subscriber does",
    async play(store, pace) {
      const answers: unknown[] = [];
      subscribe(store, () => {
        answers.push(store.isRevoked("session"));
      });
      await store.markRevoked("session");
      await eventually(() => answers.length > 0, pace.deadlineMs, "the event");
      expectSame(await answers[0], true, "isRevoked, asked by the subscriber");
    },
  },
  {
    name: "a subscription that was ended stays silent, and ending it twice ends no other",
    async play(store, pace) {
      const ended = listen(store);
      const other = listen(store);
      ended.end();
      ended.end();
      await store.markRevoked("session");
      await other.until("anchor session", pace);
      expectSame(ended.all(), "", "the events after the end of the subscription");
    },
  },
  {
    name: "a function that is subscribed twice is called twice, and once after one end",
    async play(store, pace) {
      const events: string[] = [];
      const listener = (event: RevocationEvent): void => {
        events.push(show(event));
      };
      const end = subscribe(store, listener);
      subscribe(store, listener);
      await store.markRevoked("session");
      await eventually(() => events.length >= 2, pace.deadlineMs, "both events");
      end();
      end();
      await store.markRevoked("last");
      await eventually(() => events.includes("anchor last"), pace.deadlineMs, "the last event");
      expectSame(events.join(", "), "anchor session, anchor session, anchor last", "the events");
    },
  },
  {
    name: "a listener that throws stops neither the mark nor the other listeners",
    async play(store, pace) {
      subscribe(store, () => {
        throw new Error("thrown by a listener on purpose");
      });
      const heard = listen(store);
      await store.markRevoked("session");
      await store.markDelegationEpoch("zone", 5);
      await heard.until("anchor session", pace);
      await heard.until("epoch zone 5", pace);
      expectSame(await store.isRevoked("session"), true, "isRevoked");
      expectSame(await store.currentDelegationEpoch("zone"), 5, "the epoch");
    },
  },
];

interface Heard {
  /** Every event so far, in the order of arrival. */
  all(): string;
  until(event: string, pace: Pace): Promise<void>;
  end(): void;
}

function listen(store: RevocationStore): Heard {
  const events: string[] = [];
  const end = subscribe(store, (event) => {
    events.push(show(event));
  });
  return {
    all: () => events.join(", "),
    until: (event, { deadlineMs }) =>
      eventually(() => events.includes(event), deadlineMs, `the event "${event}"`),
    end,
  };
}

function subscribe(store: RevocationStore, listener: (event: RevocationEvent) => void): () => void {
  if (store.subscribe === undefined) throw new Error("The store has no subscription.");
  return store.subscribe(listener);
}

function show(event: RevocationEvent): string {
  return event.kind === "anchor"
    ? `anchor ${event.anchor}`
    : `epoch ${event.zoneId} ${event.epoch}`;
}
