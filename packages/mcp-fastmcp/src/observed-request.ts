import type { IncomingMessage, ServerResponse } from "node:http";

/** As much as FastMCP's own transport takes of a body; what is longer, it refuses. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Where a request carries what is noted of it: a table beside would cost with each collection. */
const OBSERVED: unique symbol = Symbol("caracal.observed");

/** What is noted of a request before FastMCP sees it. */
interface Observed {
  readonly response: ServerResponse;
  /** What has come of its body; undefined where it has none that FastMCP would serve. */
  chunks: Buffer[] | undefined;
}

type ObservedRequest = IncomingMessage & { [OBSERVED]?: Observed };

/** Notes which response answers a request, and keeps the body of a POST, for {@link takeBody}. */
export function observe(request: ObservedRequest, response: ServerResponse): void {
  const observed: Observed = { response, chunks: undefined };
  request[OBSERVED] = observed;
  if (request.method === "POST") keepBody(request, observed);
}

/**
 * FastMCP reads a body before it asks for authentication, and hands none on; a listener of our own
 * would take the body away from it. So what the parser gives the stream is noted in passing, and
 * nothing is changed.
 */
function keepBody(request: ObservedRequest, observed: Observed): void {
  const { push } = request;
  let length = 0;
  observed.chunks = [];
  request.push = (chunk: unknown, encoding) => {
    if (Buffer.isBuffer(chunk)) {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) observed.chunks?.push(chunk);
      else observed.chunks = undefined;
    }
    return push.call(request, chunk, encoding);
  };
}

/** The body of a request, once: empty where there is none, or where FastMCP refuses its length. */
export function takeBody(request: ObservedRequest): Buffer {
  const { chunks = [] } = request[OBSERVED] ?? {};
  if (request[OBSERVED] !== undefined) request[OBSERVED].chunks = undefined;
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

/** The response that answers a request; undefined where nobody has seen the request begin. */
export function responseTo(request: ObservedRequest): ServerResponse | undefined {
  return request[OBSERVED]?.response;
}
