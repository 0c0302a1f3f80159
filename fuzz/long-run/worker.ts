import process from "node:process";
import { type Finding, runStretch } from "./stretch.js";

/** What a worker says: how a stretch of cases ended. */
export interface Report {
  readonly to: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly finding: Finding | undefined;
}

/** What a worker is told: the next stretch. */
export interface Stretch {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

process.on("message", async ({ seed, from, to }: Stretch) => {
  const counts: Record<string, number> = {};
  const finding = await runStretch(seed, from, to, (kind, word) => {
    const name = `${kind}|${word}`;
    counts[name] = (counts[name] ?? 0) + 1;
  });
  process.send?.({ to, counts, finding } satisfies Report);
});
