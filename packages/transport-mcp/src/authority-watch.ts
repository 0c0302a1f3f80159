import { type MandateError, unavailable } from "@caracalai/identity";
import type { RevocationStore } from "@caracalai/revocation";
import { judgeExpiry, judgeRevocation } from "./active-authority.js";
import type { Principal } from "./principal.js";

/** How often everything that is watched is judged again: two of these are a second. */
const SWEEP_INTERVAL_MS = 500;

/** How long after a revocation: a burst of them is one sweep, and nobody waits for long. */
const HASTENED_MS = 20;

/** How long a store may take here, so that a slow answer and the wait for it fit into a second. */
const LONGEST_TIMEOUT_MS = 400;

/** How many questions a store gets at a time. */
const WAVE = 256;

/** Sweeps without an answer after which those whose revocation state nobody knows are let go. */
const OUTAGES = 2;

/** Called once, when a principal's authority has ended, with the reason. */
export type OnAuthorityEnd = (error: MandateError) => void;

/** Begins to watch a principal; what it returns ends that. */
export type AuthorityWatch = (principal: Principal, onEnd: OnAuthorityEnd) => () => void;

/** What judging the standing of a principal takes. */
export interface StandingOptions {
  readonly revocations: RevocationStore;
  readonly revocationTimeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Watched {
  readonly principal: Principal;
  readonly onEnd: OnAuthorityEnd;
}

/**
 * Tells when the authority of principals ends who were let in before: within a second of their expiry,
 * and of a revocation that reaches the store. All that is watched is judged twice a second, and at
 * once where the store tells of a revocation. Where the store has no answer twice in a row, authority
 * ends as well, with `verification_unavailable`.
 */
export function createAuthorityWatch(options: StandingOptions): AuthorityWatch {
  const watched = new Set<Watched>();
  let stop: (() => void) | undefined;
  let isJudging = false;
  /** Whether the store told of something while it was being asked: too late for some, perhaps. */
  let isDue = false;
  let outages = 0;

  function end(entry: Watched, error: MandateError): void {
    if (!watched.delete(entry)) return;
    try {
      entry.onEnd(error);
    } catch {
      // The failure of one is not to keep the others from hearing.
    }
  }

  async function sweep(isHastened: boolean): Promise<void> {
    // First, and whatever the store is doing: no answer is needed to tell the time. Of a copy, as
    // someone may begin to watch where they hear of an end.
    for (const entry of [...watched]) {
      const error = judgeExpiry(entry.principal.mandate, options.now());
      if (error !== undefined) end(entry, error);
    }
    if (isJudging) {
      isDue ||= isHastened;
      return;
    }
    isJudging = true;
    const hasAnswered = await judgeAll();
    isJudging = false;
    // Sweeps in between say nothing about how long the store has been away.
    if (hasAnswered) outages = 0;
    else if (!isHastened) outages += 1;
    if (outages >= OUTAGES) endAll();
    if (!isDue) return;
    isDue = false;
    void sweep(true);
  }

  function endAll(): void {
    outages = 0;
    for (const entry of [...watched]) end(entry, unavailable("revocations_unavailable"));
  }

  /** @returns whether the store has answered */
  async function judgeAll(): Promise<boolean> {
    const entries = [...watched];
    for (let from = 0; from < entries.length; from += WAVE) {
      const answers = await Promise.all(entries.slice(from, from + WAVE).map(judge));
      // Every further wave would wait for the deadline of a store that is away.
      if (answers.includes(false)) return false;
    }
    return true;
  }

  async function judge(entry: Watched): Promise<boolean> {
    const timeoutMs = Math.min(options.revocationTimeoutMs, LONGEST_TIMEOUT_MS);
    const { mandate } = entry.principal;
    const error = await judgeRevocation(mandate, options.revocations, timeoutMs);
    if (error?.code === "verification_unavailable") return false;
    if (error !== undefined) end(entry, error);
    return true;
  }

  function start(): () => void {
    let hastened: ReturnType<typeof setTimeout> | undefined;
    const hasten = () => {
      hastened ??= inBackground(
        setTimeout(() => {
          hastened = undefined;
          void sweep(true);
        }, HASTENED_MS),
      );
    };
    const interval = inBackground(
      setInterval(() => {
        // Not at once when the last one goes: calls come and go all the time.
        if (watched.size === 0) stop?.();
        else void sweep(false);
      }, SWEEP_INTERVAL_MS),
    );
    const unsubscribe = subscribe(options.revocations, hasten);
    return () => {
      stop = undefined;
      outages = 0;
      clearInterval(interval);
      clearTimeout(hastened);
      unsubscribe();
    };
  }

  return (principal, onEnd) => {
    const entry: Watched = { principal, onEnd };
    watched.add(entry);
    stop ??= start();
    return () => {
      watched.delete(entry);
    };
  };
}

/** A store that has no subscription, or fails at it, is asked often enough without. */
function subscribe(store: RevocationStore, listener: () => void): () => void {
  try {
    const unsubscribe = store.subscribe?.(listener);
    return () => {
      try {
        unsubscribe?.();
      } catch {
        // Then its listener goes on to be told, and hastens sweeps of nothing.
      }
    };
  } catch {
    return () => {};
  }
}

/** A timer that does not keep its process alive, where the platform knows such. */
function inBackground<T>(timer: T): T {
  Object(timer).unref?.();
  return timer;
}
