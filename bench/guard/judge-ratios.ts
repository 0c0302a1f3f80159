import { median } from "../shared/median.js";

/** Of each contender, how many times faster it is than the raw signature. */
export type Ratios = Readonly<Record<string, number>>;

/** What became of one contender. */
export interface Verdict {
  /** The median over all blocks. */
  readonly ratio: number;
  /** How far apart equal things were in this run, as a share: 0.1 is a tenth. */
  readonly noise: number;
  /** Whether it is slower than it may be, by more than the noise. */
  readonly isTooSlow: boolean;
}

/**
 * Holds the ratios of a contender against a limit. What the machine is busy with is in the noise: how
 * far the floor strays from itself, and the contender from its own median.
 */
export function judgeRatios(blocks: readonly Ratios[], name: string, atLeast: number): Verdict {
  const of = (contender: string) => blocks.map((block) => block[contender] ?? Number.NaN);
  const ratio = median(of(name));
  const own = of(name).map((each) => Math.abs(each / ratio - 1));
  const floors = of("floorAgain").map((each) => Math.abs(each - 1));
  // Of the floor the worst block: it is nothing but noise. What is timed may stray in a block or two.
  const noise = Math.max(...floors, median(own));
  return { ratio, noise, isTooSlow: !(ratio * (1 + noise) >= atLeast) };
}
