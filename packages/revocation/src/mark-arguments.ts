import { isPositiveFinite } from "./known-options.js";

/**
 * Refuses what cannot name an anchor or a zone, as every store does (decision rules, "Revocation
 * store"). Looked-up and marked names go by the same rule.
 *
 * @throws TypeError where the value is not a non-empty string.
 */
export function requireName(what: "anchor" | "zoneId", value: unknown): void {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`${what} must be a non-empty string.`);
  }
}

/**
 * Refuses a lifetime that could end an entry at once or never, as every store does: both are mistakes
 * of the caller.
 *
 * @throws RangeError where the TTL, in milliseconds, is not a positive finite number.
 */
export function requireTtl(ttlMs: unknown): void {
  if (!isPositiveFinite(ttlMs)) {
    throw new RangeError("ttlMs must be a positive finite number of milliseconds.");
  }
}

/**
 * Refuses an epoch that cannot be compared exactly, as every store does.
 *
 * @throws RangeError where the epoch is not a safe integer of 0 or more.
 */
export function requireEpoch(epoch: unknown): void {
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) {
    throw new RangeError("epoch must be a safe integer of 0 or more.");
  }
}

/**
 * Refuses an end that is none: times are above 0, and an entry may be kept for ever.
 *
 * @throws RangeError where the expiry is not a number above 0.
 */
export function requireExpiry(expiry: unknown): void {
  // NaN is not above 0 either.
  if (typeof expiry !== "number" || !(expiry > 0)) {
    throw new RangeError("expiry must be a number above 0.");
  }
}
