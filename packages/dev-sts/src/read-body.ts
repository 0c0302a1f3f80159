import type { IncomingMessage } from "node:http";

/** The longest body that an endpoint takes. */
export const bodyLimitBytes: number = 64 * 1024;

/** The body of a request; undefined above 64 KiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What is too much is still read, and dropped: an early answer would meet a reset connection.
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  return size <= bodyLimitBytes ? Buffer.concat(chunks) : undefined;
}

/** Bytes as UTF-8. Throws a `TypeError` where they are not. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
