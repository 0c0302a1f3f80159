const LENGTH = 36;
const DASHES = new Set([8, 13, 18, 23]);

/** The places of the 32 digits in the text, eight for each word. */
const PLACES = Uint8Array.from({ length: LENGTH }, (_, place) => place).filter(
  (place) => !DASHES.has(place),
);

/** The value of a digit's character code; 255 for what is none, upper case included. */
const DIGITS = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value += 1) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
}

/**
 * Reads a UUID in its canonical form (RFC 9562 section 4: 8-4-4-4-12 digits) and in lower case, the
 * only form whose text its 128 bits give back. Any version and variant, nil and max included.
 *
 * @param words - four words of 32 bits that are written to, even where the text is no such UUID.
 * @returns whether the text is one.
 */
export function readUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== LENGTH) return false;
  for (const dash of DASHES) if (text.charCodeAt(dash) !== 45) return false;
  for (let index = 0, word = 0; index < 32; index += 1) {
    const code = text.charCodeAt(PLACES[index] as number);
    const digit = code < 256 ? (DIGITS[code] as number) : 255;
    if (digit === 255) return false;
    word = (word << 4) | digit;
    // A word has room for eight digits: those of the one before have been shifted out by then.
    if ((index & 7) === 7) words[index >> 3] = word;
  }
  return true;
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
