import type { Reply } from "./route.js";

/** A refusal, thrown by an endpoint and answered as `{"error", "error_description"}`. */
export class HttpProblem extends Error {
  readonly reply: Reply;

  constructor(
    status: number,
    code: string,
    description: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.reply = {
      status,
      headers: { "cache-control": "no-store", ...headers },
      body: { error: code, error_description: description },
    };
  }
}
