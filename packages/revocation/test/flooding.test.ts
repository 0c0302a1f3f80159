import { describe, expect, test } from "vitest";
import { createIdHash, HASH_KEYS, type IdHash } from "../src/id-hash.js";

/** Of each pair of words, what has to be flipped in the first after its multiplication, and so on. */
const [FACTOR, FACTOR_2] = [0xcc9e2d51, 0x1b873593];

/** The number that undoes a multiplication by an odd one, modulo 2^32 (Newton). */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let step = 0; step < 5; step += 1) {
    inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  }
  return inverse;
}

/** The word that MurmurHash3 makes another one of, which it mixes in. */
function wordOf(mixed: number): number {
  const turned = Math.imul(mixed, inverseOf(FACTOR_2));
  return Math.imul((turned >>> 15) | (turned << 17), inverseOf(FACTOR)) >>> 0;
}

/**
 * Four ids that MurmurHash3 takes for one, whatever its seed: a bit that is flipped by one word comes
 * out as the highest of the state, which no sum and no multiplication spreads, and is flipped back by
 * the next.
 */
function collidingIds(base: readonly number[]): Uint32Array[] {
  const [first = 0, second = 0, third = 0, fourth = 0] = base;
  const highest = 0x80000000;
  const flipped = highest >>> 13;
  return [0, 1, 2, 3].map((choice) => {
    const [one, other] = [choice & 1, choice >> 1];
    const words = [
      first ^ (one * flipped),
      second ^ (one * highest),
      third ^ (other * flipped),
      fourth ^ (other * highest),
    ];
    return Uint32Array.from(words, wordOf);
  });
}

const families = Array.from({ length: 256 }, (_, at) =>
  collidingIds([at, at * 7 + 1, at ^ 0x5555, at * 13]),
);
const randomKeys = () => crypto.getRandomValues(new Uint32Array(HASH_KEYS));
/** In how many families not all four have places of their own. */
const collisions = (hash: IdHash) =>
  families.filter((ids) => new Set(ids.map((words) => hash(words, 0))).size < 4).length;

describe("ids chosen so that MurmurHash3 takes several for one", () => {
  test("do so whatever the seed", () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const [seed = 0] = randomKeys();
      expect(collisions(createIdHash(Uint32Array.of(seed)))).toBe(families.length);
    }
  });

  test("do not where each word has a secret of its own", () => {
    for (let turn = 0; turn < 8; turn += 1) {
      expect(collisions(createIdHash(randomKeys()))).toBeLessThan(families.length / 20);
    }
  });
});

test("ids in a row, or alike but for a word, spread like random ones", () => {
  const hash = createIdHash(randomKeys());
  for (let word = 0; word < 4; word += 1) {
    const filled = new Set<number>();
    for (let value = 0; value < 10_000; value += 1) {
      const words = new Uint32Array(4);
      words[word] = value;
      filled.add(hash(words, 0) >>> 16);
    }
    // Of 65,536 places, ten thousand random ids fill 9,273 on average.
    expect(filled.size).toBeGreaterThan(8_900);
  }
});
