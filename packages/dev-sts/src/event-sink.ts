import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { assertKnownNames } from "./known-names.js";
import type { RevocationSink } from "./revocation-sink.js";
import { uuidV7 } from "./uuid-v7.js";

/** The fields of an event, as they go into a stream: strings, the signature `_sig` among them. */
export type EventFields = Readonly<Record<string, string>>;

/** How an STS tells servers elsewhere of revocations: signed events in the streams of Redis. */
export interface DevStsEvents {
  /** Adds an event to a stream: `XADD {stream} MAXLEN ~ 100000 * …`. What it rejects with is passed on. */
  readonly publish: (stream: string, fields: EventFields) => unknown;
  /** What events are signed with, HMAC-SHA256: 32 to 512 bytes, in hex. */
  readonly signatureKey: string;
}

const revocationStream = "caracal.sessions.revoke";
const delegationStream = "caracal.delegations.invalidate";
const hexKey = /^(?:[0-9a-fA-F]{2}){32,512}$/;
const control = /\p{Cc}/u;

/**
 * Tells as a store is told, by events. Throws a `TypeError`, which never quotes the key, where the
 * option `events` is wrong; telling rejects with one where consumers would refuse the event.
 */
export function eventSink(events: DevStsEvents, defaultZoneId: string): RevocationSink {
  assertKnownNames("events", events, ["publish", "signatureKey"]);
  const { publish, signatureKey } = events;
  if (typeof publish !== "function") throw new TypeError("events.publish is not a function");
  if (typeof signatureKey !== "string" || !hexKey.test(signatureKey)) {
    throw new TypeError("events.signatureKey is not 32 to 512 bytes in hex");
  }
  const key = createSecretKey(signatureKey, "hex");
  const send = async (stream: string, fields: EventFields): Promise<void> => {
    if (Object.values(fields).some((value) => control.test(value))) {
      throw new TypeError("an event must not hold a control character");
    }
    await publish(stream, { ...fields, _sig: signature(stream, fields, key) });
  };
  return {
    // Which kind of anchor it is, only its mandates know: every kind revokes the same.
    markRevoked: (anchor) =>
      send(revocationStream, { zone_id: defaultZoneId, reason: "revoked", session_id: anchor }),
    markDelegationEpoch: (zoneId, epoch) =>
      send(delegationStream, {
        event: "edge_revoke",
        zone_id: zoneId,
        epoch: String(epoch),
        edge_id: uuidV7(),
      }),
  };
}

/** Over the stream's name and every field, a line each, sorted by name; in lower-case hex. */
function signature(stream: string, fields: EventFields, key: KeyObject): string {
  const lines = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}\n`);
  return createHmac("sha256", key)
    .update(`${stream}\n${lines.join("")}`)
    .digest("hex");
}
