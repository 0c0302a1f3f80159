import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { eventSignature, SIGNATURE_FIELD } from "./event-signature.js";
import { type EventTrust, readTrust } from "./event-trust.js";
import { InvalidEventError } from "./invalid-event-error.js";

/** Throws `InvalidEventError` where the fields of an event are not to be believed. */
export type EventVerifier = (fields: ReadonlyMap<string, string>) => void;

const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Checks the signatures of one stream's events; an event of another stream has another signature.
 *
 * @throws ConfigurationError where the trust is not one (see {@link EventTrust}).
 */
export function createEventVerifier(stream: string, trust: EventTrust): EventVerifier {
  const keys = readTrust(trust);
  if (keys.length === 0) return () => {};
  return (fields) => {
    const signature = fields.get(SIGNATURE_FIELD);
    if (signature === undefined) throw new InvalidEventError("unsigned");
    if (!SIGNATURE.test(signature)) throw new InvalidEventError("wrong_signature");
    const given = Buffer.from(signature, "hex");
    // Every key is tried: how long it takes says nothing about which one it was.
    const matches = keys.filter((key) =>
      timingSafeEqual(given, Buffer.from(eventSignature(stream, fields, key), "hex")),
    );
    if (matches.length === 0) throw new InvalidEventError("wrong_signature");
  };
}
