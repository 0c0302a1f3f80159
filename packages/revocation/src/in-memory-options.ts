import {
  MAP_CAPACITY,
  requireKnownOptions,
  requirePositive,
  requirePositiveInteger,
} from "./known-options.js";

/** Options of `InMemoryRevocationStore`. Captured at construction; later changes have no effect. */
export interface InMemoryRevocationStoreOptions {
  /**
   * How long an entry lives that is marked without a TTL, in milliseconds; 86,400,000 (24 hours) by
   * default, longer than any mandate lives. A positive finite number.
   */
  readonly defaultTtlMs?: number | undefined;
  /**
   * How many live anchors are held at most, and how many zones; 1,000,000 of each by default. A
   * positive integer of at most 16,777,216, more than which a `Map` does not hold.
   */
  readonly maxEntries?: number | undefined;
}

interface CapturedOptions {
  readonly defaultTtlMs: number;
  readonly maxEntries: number;
}

const DAY_MS = 86_400_000;

/** @throws TypeError, naming the option and its unit, where one is unknown or out of its range. */
export function captureOptions(options: InMemoryRevocationStoreOptions): CapturedOptions {
  requireKnownOptions(options, ["defaultTtlMs", "maxEntries"]);
  const { defaultTtlMs = DAY_MS, maxEntries = 1_000_000 } = options;
  requirePositive("defaultTtlMs", defaultTtlMs, "milliseconds");
  requirePositiveInteger("maxEntries", maxEntries, "entries", MAP_CAPACITY);
  return { defaultTtlMs, maxEntries };
}
