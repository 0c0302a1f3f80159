import type { RevocationStore } from "../revocation-store.js";
import { sleep } from "./assertions.js";

/** How long the suite waits, and how much it asks for. */
export interface Pace {
  readonly shortTtlMs: number;
  readonly deadlineMs: number;
  readonly manyAnchors: number;
}

/** One thing that a store has to get right, tried on an empty store. */
export interface Scenario {
  readonly name: string;
  readonly play: (store: RevocationStore, pace: Pace) => Promise<void>;
}

/** Ends long after every scenario. */
export const LONG_TTL_MS = 600_000;

/** Waits until an entry marked with the short TTL has ended for certain. */
export function pastShortTtl({ shortTtlMs }: Pace): Promise<void> {
  return sleep(1.5 * shortTtlMs + 10);
}
