/** How long the text of a UUID is. */
export const UUID_LENGTH = 36;

const DASH = 45;

/** The value of a digit by its character code; -1 for what is none, upper case included. */
const DIGITS: Int8Array = new Int8Array(2 ** 16).fill(-1);
for (let value = 0; value < 16; value += 1) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
}

/**
 * Reads a UUID in its canonical form (RFC 9562 section 4: 8-4-4-4-12 digits) and in lower case, the
 * only form whose text its 128 bits give back. Any version and variant, nil and max included.
 *
 * Written out rather than as a loop: every question about an anchor begins with it.
 *
 * @param words - four words of 32 bits, which are written to where the text is one.
 * @returns whether the text is one.
 */
export function readUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== UUID_LENGTH) return false;
  if (text.charCodeAt(8) !== DASH || text.charCodeAt(13) !== DASH) return false;
  if (text.charCodeAt(18) !== DASH || text.charCodeAt(23) !== DASH) return false;
  const first = readFour(text, 0);
  const second = readFour(text, 4);
  const third = readFour(text, 9);
  const fourth = readFour(text, 14);
  const fifth = readFour(text, 19);
  const sixth = readFour(text, 24);
  const seventh = readFour(text, 28);
  const eighth = readFour(text, 32);
  if ((first | second | third | fourth | fifth | sixth | seventh | eighth) < 0) return false;
  words[0] = (first << 16) | second;
  words[1] = (third << 16) | fourth;
  words[2] = (fifth << 16) | sixth;
  words[3] = (seventh << 16) | eighth;
  return true;
}

/**
 * 32 of a UUID's 128 bits, by its text alone: any text of that length. Those that differ most among
 * UUIDs of one kind: of version 4 and 7 the last ones are random, of version 1 it is the end of the
 * first group that counts the time.
 */
export function printOf(text: string): number {
  return (readFour(text, 4) << 16) | (readFour(text, 32) & 0xffff);
}

/** The same of the words at a place. */
export function printOfWords(words: Uint32Array, at: number): number {
  return ((words[at] as number) << 16) | ((words[at + 3] as number) & 0xffff);
}

/** The text of a UUID: the reverse of {@link readUuid}. */
export function printUuid(words: Uint32Array): string {
  let digits = "";
  for (const word of words) digits += word.toString(16).padStart(8, "0");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join("-");
}

/** 16 bits; negative where one of the four is no digit: shifted, its sign bits are all ones. */
function readFour(text: string, at: number): number {
  return (
    (digitAt(text, at) << 12) |
    (digitAt(text, at + 1) << 8) |
    (digitAt(text, at + 2) << 4) |
    digitAt(text, at + 3)
  );
}

function digitAt(text: string, at: number): number {
  return DIGITS[text.charCodeAt(at)] as number;
}
