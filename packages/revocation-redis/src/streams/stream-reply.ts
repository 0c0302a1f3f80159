import { readList, readText, unexpected } from "../commands/replies.js";
import type { FieldList } from "../events/read-fields.js";
import { isStreamId } from "./stream-id.js";

/** One entry of a stream: its id, and its fields as they are listed; none where it was deleted. */
export interface StreamEntry {
  readonly id: string;
  readonly fields: FieldList | undefined;
}

/**
 * The entries in a reply to XREAD or XREADGROUP for one stream, in the shapes of RESP2 (a list of
 * pairs) and RESP3 (a map, as an object, a `Map` or a flat list); none where the wait was in vain.
 *
 * @throws RedisStoreError where the reply has none of these shapes.
 */
export function readStreamReply(reply: unknown): StreamEntry[] {
  if (reply === null || reply === undefined) return [];
  if (reply instanceof Map) return readEntries([...reply.values()][0]);
  if (!Array.isArray(reply)) return readEntries(Object.values(reply)[0]);
  return readEntries(Array.isArray(reply[0]) ? reply[0][1] : reply[1]);
}

/**
 * The entries in a reply to XRANGE, or from a script.
 *
 * @throws RedisStoreError where it is not a list of entries.
 */
export function readEntries(reply: unknown): StreamEntry[] {
  return readList(reply, "entries of a stream").map((entry) => {
    const [id, fields] = readList(entry, "an entry of a stream");
    return { id: readStreamId(id), fields: readFieldList(fields) };
  });
}

/** @throws RedisStoreError where the reply is no id. */
export function readStreamId(reply: unknown): string {
  const id = readText(reply, "the id of an entry");
  if (!isStreamId(id)) throw unexpected("the id of an entry");
  return id;
}

function readFieldList(reply: unknown): FieldList | undefined {
  if (reply === null || reply === undefined) return undefined;
  const isFieldList = (parts: readonly unknown[]): parts is FieldList =>
    parts.every((part) => typeof part === "string" || part instanceof Uint8Array);
  const parts = readList(reply, "the fields of an entry");
  if (!isFieldList(parts)) throw unexpected("the fields of an entry");
  return parts;
}
