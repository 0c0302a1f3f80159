import type { MandateError } from "@caracalai/transport-mcp";

/**
 * Whether the mandate of a request has ended while it was served. What a signal takes, and most tools
 * never look at theirs, is made when it is asked for.
 */
export class MandateEnd {
  #reason: MandateError | undefined;
  #controller: AbortController | undefined;

  /** Why it has ended; undefined as long as it has not. */
  get reason(): MandateError | undefined {
    return this.#reason;
  }

  /** Aborted, with the reason, when the mandate ends. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Says that it has ended. The first reason stays. */
  end(reason: MandateError): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }
}
