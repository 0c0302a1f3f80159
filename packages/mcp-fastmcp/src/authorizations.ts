import type { IncomingMessage } from "node:http";

const NAME = "authorization";

/**
 * Every `Authorization` header of a request: of several, `headers` keeps the first and says nothing.
 * `headersDistinct` has them all, and makes a list of each other header as well.
 */
export function authorizationsOf({ rawHeaders }: IncomingMessage): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === NAME.length && name.toLowerCase() === NAME) {
      values.push(rawHeaders[at + 1] as string);
    }
  }
  return values;
}
