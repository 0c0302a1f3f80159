import { createSecretKey, type KeyObject } from "node:crypto";
import { ConfigurationError } from "../configuration-error.js";

/** Which events are believed: those signed by one of the keys, or any. One of the two has to be said. */
export interface EventTrust {
  /**
   * The keys that events may be signed with, each of 32 bytes or more, in hex; 1 to 16 of them. For a
   * rotation the new one is added, the producers change over, the old one is left out.
   */
  readonly signatureKeys?: readonly string[] | undefined;
  /**
   * Takes events without a signature, and does not look at signatures that are there. Whoever can
   * write to Redis can then end any session.
   */
  readonly allowUnsigned?: boolean | undefined;
}

const MAX_KEYS = 16;
const HEX_KEY = /^(?:[0-9a-fA-F]{2}){32,512}$/;

/**
 * The keys of a trust; none where unsigned events are taken. A `KeyObject` shows its bytes to no log.
 *
 * @throws ConfigurationError where neither or both are given, or a key is not 32 bytes or more in hex.
 */
export function readTrust({ signatureKeys, allowUnsigned = false }: EventTrust): KeyObject[] {
  if (typeof allowUnsigned !== "boolean") {
    throw new ConfigurationError("allowUnsigned must be true or false.");
  }
  if (allowUnsigned && signatureKeys !== undefined) {
    throw new ConfigurationError("signatureKeys and allowUnsigned exclude each other.");
  }
  if (allowUnsigned) return [];
  if (signatureKeys === undefined) {
    throw new ConfigurationError(
      "signatureKeys is missing. To take unsigned events, say so: allowUnsigned: true.",
    );
  }
  if (!isListOfKeys(signatureKeys)) {
    throw new ConfigurationError(
      `signatureKeys must be 1 to ${MAX_KEYS} keys, each of 32 to 512 bytes in hex.`,
    );
  }
  return signatureKeys.map((key) => createSecretKey(key, "hex"));
}

function isListOfKeys(keys: unknown): boolean {
  return (
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.length <= MAX_KEYS &&
    keys.every((key) => typeof key === "string" && HEX_KEY.test(key))
  );
}
