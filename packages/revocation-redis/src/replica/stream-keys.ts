import { lossKeyOf } from "../consumer/loss-note.js";
import type { CheckedKeys } from "./check-stream.js";
import { markerKey } from "./history-marker.js";
import type { CapturedReplicaOptions } from "./replica-options.js";
import type { StreamName } from "./replica-state.js";

/** The keys that tell of one stream; in a cluster they are in its slot. */
export function keysOf(
  name: StreamName,
  { streams, groups, keyPrefix }: CapturedReplicaOptions,
): CheckedKeys {
  const [stream, group] = [streams[name], groups[name]];
  const lossKey = lossKeyOf({ stream, group });
  return { stream, group, markerKey: markerKey(keyPrefix, stream), lossKey };
}
