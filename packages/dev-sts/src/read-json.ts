import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./http-problem.js";
import { bodyLimitBytes, readBody, utf8 } from "./read-body.js";

/** The body of a request as JSON. Ends in 413 above 64 KiB, in 400 where it is not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  if (body === undefined) {
    throw new HttpProblem(413, "content_too_large", `At most ${bodyLimitBytes} bytes`);
  }
  try {
    return JSON.parse(utf8(body));
  } catch {
    throw new HttpProblem(400, "invalid_request", "The body is not JSON");
  }
}
