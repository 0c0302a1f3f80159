import type { Check, Code } from "@caracalai/identity";

/** Something that an operation calls, reads or gets. */
export interface DecisionItem {
  readonly kind: "tool" | "resource" | "resource_template" | "prompt";
  /**
   * As it is registered with the server: the name of a tool or prompt, the URI of a resource, the URI
   * template of a template. Not what a caller sent: of that there is no end, and nobody has judged it.
   */
  readonly name: string;
}

/** What a decision is about, as far as whoever asks for it knows. */
export interface DecisionAbout {
  /** What the operation is going to use. Default none. */
  readonly items?: readonly DecisionItem[] | undefined;
}

/**
 * What became of one verification, for operators. A plain, frozen record without a token, a header,
 * or a claim of a mandate that was not verified.
 */
export interface Decision {
  /** `unavailable`: refused as well, but because keys or revocations could not be consulted. */
  readonly outcome: "ok" | "refused" | "unavailable";
  /** Why it was refused; undefined where it was not. */
  readonly code: Code | undefined;
  /** Which check refused it; undefined where none did. */
  readonly check: Check | undefined;
  /** The mandate's zone; undefined unless its signature and its claims were verified. */
  readonly zoneId: string | undefined;
  /** What the operation was going to use, as told by whoever asked. */
  readonly items: readonly DecisionItem[];
  /** How long it took, in milliseconds, by a monotonic clock. */
  readonly durationMs: number;
  /** Whether the mandate was known as verified, so that its signature was not verified again. */
  readonly cached: boolean;
  /** `request`: a token was judged. `recheck`: a principal that had been let in. */
  readonly stage: "request" | "recheck";
}

/** Is told of every decision. What it returns or throws changes nothing. */
export type DecisionHook = (decision: Decision) => unknown;
