import type { GroupRead } from "./consumer-group.js";
import type { StreamClock } from "./stream-clock.js";

/**
 * The latest moment of one's own clock of which a read shows: whatever was published before has been
 * acted on. Without an event that waits, it is when the read was sent. Else it is before the oldest of
 * them came, by one's own clock and by the server's, whichever says that it is older: the one knows
 * nothing of what came before the first read, and the other may be set back.
 */
export function upToDateAt(
  { oldestId, oldestMs, sentAt }: Pick<GroupRead, "oldestId" | "oldestMs" | "sentAt">,
  clock: Pick<StreamClock, "notYetAt">,
): number {
  if (oldestId === undefined) return sentAt;
  return Math.min(clock.notYetAt(oldestId), sentAt - oldestMs);
}
