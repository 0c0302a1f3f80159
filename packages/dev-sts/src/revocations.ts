import type { RevocationSink } from "./revocation-sink.js";
import type { RevokedAnchors } from "./revoked-anchors.js";
import type { Zone } from "./zone.js";

/**
 * Has the STS itself and every store, the publishing of events among them, note that the anchor is revoked. Rejects where a store fails,
 * and where there is none: a revocation that reaches no resource server is a mistake in a test.
 */
export async function revoke(
  sinks: readonly RevocationSink[],
  revoked: RevokedAnchors,
  anchor: string,
): Promise<void> {
  if (sinks.length === 0)
    throw new Error("nobody to tell: give createDevSts `revocations` or `events`");
  if (typeof anchor !== "string" || anchor === "") throw new TypeError("the anchor is empty");
  revoked.add(anchor);
  await tellAll(sinks, (sink) => sink.markRevoked(anchor));
}

/** Counts the zone's delegation epoch up and has every store, if any, note it. */
export async function bumpEpoch(sinks: readonly RevocationSink[], zone: Zone): Promise<number> {
  zone.epoch += 1;
  const { id, epoch } = zone;
  await tellAll(sinks, (sink) => sink.markDelegationEpoch(id, epoch));
  return epoch;
}

async function tellAll(
  sinks: readonly RevocationSink[],
  tell: (sink: RevocationSink) => unknown,
): Promise<void> {
  const outcomes = await Promise.allSettled(sinks.map(async (sink) => tell(sink)));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
