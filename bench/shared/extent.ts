import process from "node:process";

/** What shortens a run, or leaves parts of it out. */
const NAMES = [
  "BENCH_AXES",
  "BENCH_CYCLES",
  "BENCH_MANY",
  "BENCH_PARTS",
  "BENCH_REVOCATIONS",
  "BENCH_SLICES",
  "SOAK_SECONDS",
] as const;

type Name = (typeof NAMES)[number];

/** Whether everything is measured, and for as long as it should be. */
export function isWholeRun(environment: NodeJS.ProcessEnv = process.env): boolean {
  return NAMES.every((name) => environment[name] === undefined);
}

/**
 * How much of something is measured.
 *
 * @throws Error where the variable is no whole number above 0
 */
export function countOf(name: Name, whole: number, environment = process.env): number {
  const text = environment[name];
  if (text === undefined) return whole;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`${name} has to be a whole number above 0`);
}

/**
 * Which of several parts are measured.
 *
 * @throws Error where the variable names another one
 */
export function partsOf<T extends string>(
  name: Name,
  all: readonly T[],
  environment = process.env,
): readonly T[] {
  const text = environment[name];
  if (text === undefined) return all;
  const named = text.split(",");
  const unknown = named.find((each) => !all.some((part) => part === each));
  if (unknown === undefined) return all.filter((part) => named.includes(part));
  throw new Error(`${name}: there is no ${JSON.stringify(unknown)}, only ${all.join(", ")}`);
}
