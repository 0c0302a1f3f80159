import type { IncomingMessage } from "node:http";
import { oauthProblem } from "./oauth-problem.js";
import { bodyLimitBytes, readBody, utf8 } from "./read-body.js";

/** The parameters of a token request. One without a value counts as left out. */
export interface Form {
  value(name: string): string | undefined;
  values(name: string): readonly string[];
}

const mediaType = /^application\/x-www-form-urlencoded\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

/** RFC 8707 section 2 and RFC 8693 section 2.1: these may name several things. */
const repeatable = ["resource", "audience"];

/**
 * The body of a request as a form (RFC 6749 section 3.2 and appendix B). Ends in `invalid_request`
 * where it is of another type, above 64 KiB, no UTF-8, or says one thing twice.
 */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const body = await readBody(request);
  if (!mediaType.test(request.headers["content-type"] ?? "")) {
    throw invalidRequest("The body is not application/x-www-form-urlencoded");
  }
  if (body === undefined) throw invalidRequest(`The body is at most ${bodyLimitBytes} bytes`);
  const parameters = parse(body);
  const names = new Set(parameters.keys());
  for (const name of names) {
    const values = parameters.getAll(name);
    const isOnce = repeatable.includes(name)
      ? new Set(values).size === values.length
      : values.length === 1;
    if (!isOnce) throw invalidRequest("A parameter is there more than once");
  }
  const values = (name: string): readonly string[] =>
    parameters.getAll(name).filter((value) => value !== "");
  return { values, value: (name) => values(name)[0] };
}

function parse(body: Uint8Array): URLSearchParams {
  try {
    return new URLSearchParams(utf8(body));
  } catch {
    throw invalidRequest("The body is not UTF-8");
  }
}

function invalidRequest(description: string): Error {
  return oauthProblem("invalid_request", description);
}
