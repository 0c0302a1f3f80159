import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./http-problem.js";

const limitBytes = 64 * 1024;

/** The body of a request as JSON. Ends in 413 above 64 KiB, in 400 where it is not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What is too much is still read, and dropped: an early answer would meet a reset connection.
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
  }
  if (size > limitBytes) {
    throw new HttpProblem(413, "content_too_large", `At most ${limitBytes} bytes`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new HttpProblem(400, "invalid_request", "The body is not JSON");
  }
}
