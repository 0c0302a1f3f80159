import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";

/** What a store is asked; written in JavaScript, it may answer with anything. */
export interface Answers {
  readonly isRevoked?: (anchor: string) => unknown;
  readonly currentDelegationEpoch?: (zoneId: string) => unknown;
  readonly check?: unknown;
}

/** A store that knows of nothing, but for the given answers. */
export function storeOf(answers: Answers): RevocationStore {
  const store: unknown = {
    isRevoked: () => false,
    currentDelegationEpoch: () => 0,
    markRevoked: () => {},
    markDelegationEpoch: () => {},
    ...answers,
  };
  return store as RevocationStore;
}

/** A store that notes what it is asked. */
export function notingStore(calls: string[], answers: Answers = {}): RevocationStore {
  return storeOf({
    isRevoked: (anchor) => {
      calls.push(`anchor ${anchor}`);
      return answers.isRevoked?.(anchor) ?? false;
    },
    currentDelegationEpoch: (zoneId) => {
      calls.push(`epoch of ${zoneId}`);
      return answers.currentDelegationEpoch?.(zoneId) ?? 0;
    },
  });
}

/** A subclass that answers later, by what it knows at the time of the question. */
export class SlowStore extends InMemoryRevocationStore {
  readonly asked: Promise<void>;
  #noteAsked: () => void = () => {};
  readonly #open: Promise<void>;
  /** Lets the answers out. */
  answer: () => void = () => {};

  constructor() {
    super();
    this.asked = new Promise((resolve) => {
      this.#noteAsked = resolve;
    });
    this.#open = new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  override isRevoked(anchor: string): boolean {
    const known = super.isRevoked(anchor);
    this.#noteAsked();
    return this.#open.then(() => known) as unknown as boolean;
  }
}
