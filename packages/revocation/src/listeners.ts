import type { RevocationEvent } from "./revocation-store.js";

type Listener = (event: RevocationEvent) => unknown;

/** Those who want to hear of new revocations, each kept apart from the errors of the others. */
export class Listeners {
  // Objects of their own, since one function may be subscribed more than once.
  readonly #subscriptions = new Set<{ readonly listener: Listener }>();

  /** @throws TypeError where the listener is not a function. */
  add(listener: Listener): () => void {
    if (typeof listener !== "function") throw new TypeError("The listener must be a function.");
    const subscription = { listener };
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
    };
  }

  /** Calls those subscribed by now; one that another unsubscribes meanwhile is not called any more. */
  notify(event: RevocationEvent): void {
    Object.freeze(event);
    for (const subscription of [...this.#subscriptions]) {
      if (this.#subscriptions.has(subscription)) call(subscription.listener, event);
    }
  }
}

function call(listener: Listener, event: RevocationEvent): void {
  try {
    const result = listener(event);
    // An async function is a listener too: its rejection would end a Node process.
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}

/** The error's message may quote the anchor, and so may its stack: only its name is printed. */
function report(error: unknown): void {
  const kind = error instanceof Error ? error.name : typeof error;
  console.error(`A revocation listener failed (${kind}). The revocation itself is stored.`);
}
