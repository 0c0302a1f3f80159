import { InMemoryRevocationStore, type RevocationEvent } from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";

type Listener = (event: RevocationEvent) => void;

/** Tells of every mark, ends no subscription and passes errors of listeners on. */
class TellsOfExtensions extends InMemoryRevocationStore {
  protected readonly listeners: Listener[] = [];
  override subscribe(listener: Listener): () => void {
    this.listeners.push(listener);
    return () => {};
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    this.tell({ kind: "anchor", anchor });
  }
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    super.markDelegationEpoch(zoneId, epoch, ttlMs);
    this.tell({ kind: "epoch", zoneId, epoch });
  }
  protected tell(event: RevocationEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

class TellsOfLongerEntries extends TellsOfExtensions {
  readonly #longest = new Map<string, number>();
  override markRevoked(anchor: string, ttlMs = 86_400_000): void {
    const known = this.#longest.get(anchor) ?? 0;
    this.#longest.set(anchor, Math.max(known, ttlMs));
    if (ttlMs > known) super.markRevoked(anchor, ttlMs);
  }
}

class TellsBeforeItKnows extends TellsOfExtensions {
  override markRevoked(anchor: string, ttlMs?: number): void {
    this.tell({ kind: "anchor", anchor });
    InMemoryRevocationStore.prototype.markRevoked.call(this, anchor, ttlMs);
  }
}

class TellsNothing extends InMemoryRevocationStore {
  override subscribe(): () => void {
    return () => {};
  }
}

class KnowsListenersByFunction extends InMemoryRevocationStore {
  readonly #ends = new Map<Listener, () => void>();
  override subscribe(listener: Listener): () => void {
    if (!this.#ends.has(listener)) this.#ends.set(listener, super.subscribe(listener));
    return () => this.#ends.get(listener)?.();
  }
}

class EndsEverySubscriptionOfAFunction extends InMemoryRevocationStore {
  readonly #ends: [Listener, () => void][] = [];
  override subscribe(listener: Listener): () => void {
    this.#ends.push([listener, super.subscribe(listener)]);
    return () => {
      for (const [known, end] of this.#ends) if (known === listener) end();
    };
  }
}

/** Takes an entry for not stored where a listener failed. */
class TakesMarksBack extends TellsOfExtensions {
  readonly #kind: RevocationEvent["kind"];
  #takenBack = false;
  constructor(kind: RevocationEvent["kind"]) {
    super();
    this.#kind = kind;
  }
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor) && !(this.#takenBack && this.#kind === "anchor");
  }
  override currentDelegationEpoch(zoneId: string): number {
    return this.#takenBack && this.#kind === "epoch" ? 0 : super.currentDelegationEpoch(zoneId);
  }
  protected override tell(event: RevocationEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch {
        this.#takenBack = true;
      }
    }
  }
}

const ONCE = "a subscriber hears of each new revocation once, and of no extension";
const GROWN = "a subscriber hears of each epoch that grew, and of no other";
const KNOWN = "the store knows of a revocation before the subscriber does";
const TWICE = "a function that is subscribed twice is called twice, and once after one end";
const THROWS = "a listener that throws stops neither the mark nor the other listeners";

export const storesWithBrokenSubscriptions: readonly BrokenStore[] = [
  {
    fault: "tells of extensions, ends no subscription and passes errors of listeners on",
    create: () => new TellsOfExtensions(),
    told: {
      [ONCE]:
        'the events: expected "anchor session, anchor last", got "anchor session, anchor session, anchor session, anchor last".',
      [GROWN]:
        'the events: expected "epoch zone 5, epoch zone 6, epoch last 1", got "epoch zone 0, epoch zone 5, epoch zone 5, epoch zone 4, epoch zone 6, epoch last 1".',
      "a subscription that was ended stays silent, and ending it twice ends no other":
        'the events after the end of the subscription: expected "", got "anchor session".',
      [TWICE]:
        'the events: expected "anchor session, anchor session, anchor last", got "anchor session, anchor session, anchor last, anchor last".',
      [THROWS]: "thrown by a listener on purpose",
    },
  },
  {
    fault: "tells of an extension that outlives the entry",
    create: () => new TellsOfLongerEntries(),
    told: {
      [ONCE]:
        'the events: expected "anchor session, anchor last", got "anchor session, anchor session, anchor last".',
    },
  },
  {
    fault: "tells of a revocation before it knows of it",
    create: () => new TellsBeforeItKnows(),
    told: { [KNOWN]: "isRevoked, asked by the subscriber: expected true, got false." },
  },
  {
    fault: "tells nothing",
    create: () => new TellsNothing(),
    told: {
      [ONCE]: 'the event "anchor session": not so within 200 ms.',
      [GROWN]: 'the event "epoch last 1": not so within 200 ms.',
      [KNOWN]: "the event: not so within 200 ms.",
    },
  },
  {
    fault: "subscribes a function once only",
    create: () => new KnowsListenersByFunction(),
    told: { [TWICE]: "both events: not so within 200 ms." },
  },
  {
    fault: "ends every subscription of a function",
    create: () => new EndsEverySubscriptionOfAFunction(),
    told: { [TWICE]: "the last event: not so within 200 ms." },
  },
  {
    fault: "takes a revocation back where a listener fails",
    create: () => new TakesMarksBack("anchor"),
    told: { [THROWS]: "isRevoked: expected true, got false." },
  },
  {
    fault: "takes an epoch back where a listener fails",
    create: () => new TakesMarksBack("epoch"),
    told: { [THROWS]: "the epoch: expected 5, got 0." },
  },
];
