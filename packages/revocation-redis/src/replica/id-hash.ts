/** A hash of the four words from `at` on: 32 bits, unsigned. */
export type IdHash = (words: Uint32Array, at: number) => number;

/** MurmurHash3 (Austin Appleby, public domain), seeded. Whoever revokes is trusted with its ids. */
export function createIdHash(seed: number): IdHash {
  return (words, at) => {
    let state = seed;
    for (let index = at; index < at + 4; index += 1) {
      let word = Math.imul(words[index] as number, 0xcc9e2d51);
      word = (word << 15) | (word >>> 17);
      state ^= Math.imul(word, 0x1b873593);
      state = (state << 13) | (state >>> 19);
      state = (Math.imul(state, 5) + 0xe6546b64) | 0;
    }
    // The length in bytes, as the algorithm has it, then its last mixing.
    state ^= 16;
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    return (state ^ (state >>> 16)) >>> 0;
  };
}
