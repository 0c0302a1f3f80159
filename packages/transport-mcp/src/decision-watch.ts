import type { AuthResult } from "./auth-result.js";
import type { Decision, DecisionAbout, DecisionHook, DecisionItem } from "./decision.js";

const KINDS: readonly unknown[] = ["tool", "resource", "resource_template", "prompt"];

/** Looks on while one decision is made, and tells the hook of it. Decides nothing. */
export class DecisionWatch {
  /** To be set once the mandate's claims were verified, and not before. */
  zoneId: string | undefined = undefined;
  /** To be set where the mandate was known as verified. */
  cached = false;
  readonly #hook: DecisionHook;
  readonly #stage: Decision["stage"];
  readonly #items: readonly DecisionItem[];
  readonly #startedAtMs = performance.now();

  constructor(hook: DecisionHook, stage: Decision["stage"], about: DecisionAbout | undefined) {
    this.#hook = hook;
    this.#stage = stage;
    this.#items = captureItems(about);
  }

  /** To be called once, when the decision stands. */
  report(result: AuthResult): void {
    const error = result.ok ? undefined : result.error;
    const decision: Decision = Object.freeze({
      outcome: outcomeOf(result),
      code: error?.code,
      check: error?.check,
      zoneId: this.zoneId,
      items: this.#items,
      durationMs: performance.now() - this.#startedAtMs,
      cached: this.cached,
      stage: this.#stage,
    });
    tell(this.#hook, decision);
  }
}

function outcomeOf(result: AuthResult): Decision["outcome"] {
  if (result.ok) return "ok";
  return result.error.code === "verification_unavailable" ? "unavailable" : "refused";
}

/** A hook that fails has no say in a decision, and does not end the process. */
function tell(hook: DecisionHook, decision: Decision): void {
  try {
    const answer = hook(decision);
    // Not waited for: only its rejection would otherwise be unhandled.
    if (answer !== undefined) new Promise((resolve) => resolve(answer)).catch(() => {});
  } catch {
    // Whose hook it is has to look after it.
  }
}

/** Copied and frozen. With a malformed list a decision is about less, and is no other. */
function captureItems(about: DecisionAbout | undefined): readonly DecisionItem[] {
  try {
    return Object.freeze(
      Array.from(about?.items ?? [], ({ kind, name }) => Object.freeze({ kind, name })).filter(
        ({ kind, name }) => KINDS.includes(kind) && typeof name === "string",
      ),
    );
  } catch {
    return Object.freeze([]);
  }
}
