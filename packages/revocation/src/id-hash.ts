/** A hash of the four words from `at` on: 32 bits, unsigned. */
export type IdHash = (words: Uint32Array, at: number) => number;

/** How many secret words a hash has: one to begin with, and one for each word of an id. */
export const HASH_KEYS = 5;

/**
 * MurmurHash3 of 32 bits (Austin Appleby, public domain), with a secret for each word. The algorithm
 * itself has only the first one, which does not protect: there are ids that collide whatever it is
 * (Aumasson and Bernstein, 2012). They take words that differ in a chosen way when they have been
 * multiplied, which nobody can choose who does not know what the word was changed by before.
 */
export function createIdHash(keys: Uint32Array): IdHash {
  const [seed = 0, ...secrets] = keys;
  const [first = 0, second = 0, third = 0, fourth = 0] = secrets;
  return (words, at) => {
    let state = mix(seed, (words[at] as number) ^ first);
    state = mix(state, (words[at + 1] as number) ^ second);
    state = mix(state, (words[at + 2] as number) ^ third);
    state = mix(state, (words[at + 3] as number) ^ fourth);
    // The length in bytes, as the algorithm has it, then its last mixing.
    state ^= 16;
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    return (state ^ (state >>> 16)) >>> 0;
  };
}

function mix(state: number, word: number): number {
  const multiplied = Math.imul(word, 0xcc9e2d51);
  const turned = (multiplied << 15) | (multiplied >>> 17);
  const mixed = state ^ Math.imul(turned, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
