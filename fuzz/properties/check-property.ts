import process from "node:process";
import fc, { type Arbitrary, type GeneratorValue, type Parameters } from "fast-check";
import type { Choices } from "../support/choices.js";

/** The same cases in every run of the tests; another number for others. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);

/** How many cases, and which; on failure fast-check prints seed, path and the smallest case. */
export function runs<T>(numRuns: number): Parameters<T> {
  return { numRuns, seed: SEED };
}

/** One builder for each limit: fast-check tells builders apart by identity. */
const builders = new Map<number, () => Arbitrary<number>>();

function below(limit: number): () => Arbitrary<number> {
  const known = builders.get(limit);
  if (known !== undefined) return known;
  const arbitrary = fc.nat({ max: limit - 1 });
  const builder = () => arbitrary;
  builders.set(limit, builder);
  return builder;
}

/** The choices of the generators, made by fast-check, so that it can shrink them. */
export function choicesOf(generator: GeneratorValue): Choices {
  return { below: (limit) => generator(below(limit)) };
}

/** A property of whatever the generators make. */
export function holdsFor(
  numRuns: number,
  predicate: (choices: Choices) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(fc.gen(), (generator) => predicate(choicesOf(generator)));
  return fc.assert(property, runs(numRuns));
}
