import { accepts } from "../verify/contender.js";
import type { Entry, Timing } from "../verify/timing.js";
import { timeInterleaved } from "../verify/timing.js";

/** How a cost grows with something. */
export interface Curve {
  readonly name: string;
  /** What grows. */
  readonly x: string;
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** What a call takes, in microseconds: a quarter of all batches took less. */
export interface Point {
  readonly x: number;
  readonly micros: number;
  /** Times the cost of a raw signature in the same cycles. */
  readonly floors: number;
}

/** One place on a curve. */
export interface Place {
  readonly series: string;
  readonly x: number;
  readonly entry: Entry;
}

/** Times all places in turn, so that what else the machine does meets all of them. */
export async function timeCurve(
  { name, x }: Pick<Curve, "name" | "x">,
  floor: Entry,
  places: readonly Place[],
  cycles: number,
): Promise<Curve> {
  const entries = [floor, ...places.map(({ entry }) => entry)];
  const [floorTiming, ...timings] = await timeInterleaved(entries, cycles);
  for (const { series, x: at, entry } of places) {
    // Had it been refused meanwhile, something else would have been timed.
    const [token = ""] = entry.tokensOf(0);
    if (!(await accepts(entry.contender, token))) throw new Error(`${series}, ${at}: refused`);
  }
  const names = [...new Set(places.map(({ series }) => series))];
  return {
    name,
    x,
    series: names.map((series) => ({
      name: series,
      points: places.flatMap((place, at) =>
        place.series === series ? [pointOf(place.x, timings[at], floorTiming)] : [],
      ),
    })),
  };
}

function pointOf(x: number, own: Timing | undefined, floor: Timing | undefined): Point {
  const micros = own?.wall.quarter ?? Number.NaN;
  return { x, micros, floors: micros / (floor?.wall.quarter ?? Number.NaN) };
}
