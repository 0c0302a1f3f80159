const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** What a character stands for; more than 63 where it is no letter of the alphabet. */
const VALUES = new Uint8Array(256).fill(0xff);
for (const [value, letter] of [...ALPHABET].entries()) VALUES[letter.charCodeAt(0)] = value;

/**
 * Decodes base64url as JWS writes it (RFC 7515 section 2, RFC 4648 section 5): the URL-safe alphabet
 * and nothing else, no padding, no length that encodes no whole byte, and no bits left over that are
 * not zero. Exactly one text encodes given bytes, so no two tokens are the same bytes.
 *
 * Platforms' own decoders take more than this. Node's is slower as well, right after a signature: its
 * wide instructions stall a processor that has just done without them.
 *
 * @param text - a byte a character; those from `start` up to `end` are decoded
 * @param into - where the bytes go: it has room for three of every four characters begun
 * @returns how many bytes came out; undefined where the text is not strict base64url
 */
export function decodeBase64Url(
  text: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
): number | undefined {
  const rest = (end - start) % 4;
  const whole = end - rest;
  let seen = 0;
  let length = 0;
  for (let index = start; index < whole; index += 4) {
    const a = valueAt(text, index);
    const b = valueAt(text, index + 1);
    const c = valueAt(text, index + 2);
    const d = valueAt(text, index + 3);
    seen |= a | b | c | d;
    into[length] = (a << 2) | (b >> 4);
    into[length + 1] = (b << 4) | (c >> 2);
    into[length + 2] = (c << 6) | d;
    length += 3;
  }
  if (rest === 1) return undefined;
  if (rest !== 0) {
    const a = valueAt(text, whole);
    const b = valueAt(text, whole + 1);
    const c = rest === 3 ? valueAt(text, whole + 2) : 0;
    const unused = rest === 3 ? c & 0b11 : b & 0b1111;
    if (unused !== 0) return undefined;
    seen |= a | b | c;
    into[length] = (a << 2) | (b >> 4);
    into[length + 1] = (b << 4) | (c >> 2);
    length += rest - 1;
  }
  return seen > 63 ? undefined : length;
}

/** As {@link decodeBase64Url}, where nothing is there to decode from and into. */
export function bytesOfBase64Url(text: string): Uint8Array | undefined {
  const characters = new TextEncoder().encode(text);
  const bytes = new Uint8Array(characters.length);
  const length = decodeBase64Url(characters, 0, characters.length, bytes);
  return length === undefined ? undefined : bytes.subarray(0, length);
}

/** Whether text is strict base64url. */
export function isBase64Url(text: string): boolean {
  return bytesOfBase64Url(text) !== undefined;
}

function valueAt(text: Uint8Array, index: number): number {
  return VALUES[text[index] as number] as number;
}
