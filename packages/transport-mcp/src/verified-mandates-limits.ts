import { readInteger, rejectUnknownNames } from "./read-options.js";

/** How many verified mandates are remembered. */
export interface VerifiedMandatesOptions {
  /** How many at the most: 1 to 10,000,000. Default 10,000. */
  readonly maxEntries?: number | undefined;
  /** Memory for all of them together, in bytes, by estimate: 65,536 to 2^40. Default 33,554,432. */
  readonly maxBytes?: number | undefined;
}

/** {@link VerifiedMandatesOptions}, validated. No entries: nothing is remembered. */
export interface VerifiedMandatesLimits {
  readonly maxEntries: number;
  /** For the entries. */
  readonly maxBytes: number;
  /** How many signatures are remembered beyond that, which take the rest of the bytes. */
  readonly maxSignatures: number;
}

/** Signatures take so little that there is room for those of this many times as many tokens. */
const SIGNATURES_PER_ENTRY = 4;

/** The part of all bytes that signatures may take. */
const SIGNATURES_SHARE = 1 / 8;

/** What one takes in the table of signatures. */
const BYTES_PER_SIGNATURE = 34;

/** @throws ConfigurationError for a member that is unknown or malformed */
export function readVerifiedMandates(
  value: VerifiedMandatesOptions | false | undefined,
): VerifiedMandatesLimits {
  if (value === false) return { maxEntries: 0, maxBytes: 0, maxSignatures: 0 };
  const options = value === undefined ? {} : value;
  rejectUnknownNames("verifiedMandates", options, ["maxEntries", "maxBytes"]);
  const maxEntries = readInteger("verifiedMandates.maxEntries", options.maxEntries, {
    byDefault: 10_000,
    min: 1,
    max: 10_000_000,
  });
  const maxBytes = readInteger("verifiedMandates.maxBytes", options.maxBytes, {
    byDefault: 2 ** 25,
    min: 2 ** 16,
    max: 2 ** 40,
  });
  const bytesOfSignatures = Math.min(
    SIGNATURES_PER_ENTRY * maxEntries * BYTES_PER_SIGNATURE,
    Math.floor(SIGNATURES_SHARE * maxBytes),
  );
  return {
    maxEntries,
    maxBytes: maxBytes - bytesOfSignatures,
    maxSignatures: Math.floor(bytesOfSignatures / BYTES_PER_SIGNATURE),
  };
}
