import { MAP_CAPACITY, requireKnownOptions, requirePositiveInteger } from "./known-options.js";

/** What an `AnchorTable` is for, and how much it may hold. Captured at construction. */
export interface AnchorTableOptions {
  /** Whose anchors these are, for the message of a refusal. */
  readonly owner: string;
  /** How many live anchors are held at most: a positive integer of at most 16,777,216. */
  readonly maxEntries: number;
  /**
   * How long anchors that are no UUIDs may be, all together, in UTF-16 units: a positive integer.
   * Default no limit.
   */
  readonly maxTextLength?: number | undefined;
}

interface CapturedOptions {
  readonly owner: string;
  readonly maxEntries: number;
  readonly maxTextLength: number;
}

/** @throws TypeError, naming the option and its unit, where one is missing, unknown or out of its range. */
export function captureTableOptions(options: AnchorTableOptions): CapturedOptions {
  requireKnownOptions(options, ["owner", "maxEntries", "maxTextLength"]);
  const { owner, maxEntries, maxTextLength } = options;
  if (typeof owner !== "string" || owner === "") {
    throw new TypeError("owner must be a non-empty string.");
  }
  requirePositiveInteger("maxEntries", maxEntries, "entries", MAP_CAPACITY);
  if (maxTextLength === undefined) {
    return { owner, maxEntries, maxTextLength: Number.POSITIVE_INFINITY };
  }
  requirePositiveInteger("maxTextLength", maxTextLength, "UTF-16 units", Number.MAX_SAFE_INTEGER);
  return { owner, maxEntries, maxTextLength };
}
