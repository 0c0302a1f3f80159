const keptMs = 24 * 60 * 60 * 1000;
const most = 100_000;

/** What an STS has revoked, for 24 hours: no mandate of its own token endpoint lives longer. */
export class RevokedAnchors {
  readonly #untilMs: Map<string, number> = new Map();

  /** Throws a `RangeError` above 100,000: none is forgotten to make room. */
  add(anchor: string): void {
    const nowMs = performance.now();
    for (const [known, untilMs] of this.#untilMs) {
      // Oldest first: each is added behind all others.
      if (untilMs > nowMs) break;
      this.#untilMs.delete(known);
    }
    this.#untilMs.delete(anchor);
    if (this.#untilMs.size >= most) throw new RangeError(`more than ${most} anchors are revoked`);
    this.#untilMs.set(anchor, nowMs + keptMs);
  }

  has(anchor: string): boolean {
    return this.#untilMs.has(anchor);
  }
}
