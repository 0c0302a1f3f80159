/** Texts that are remembered: a power of two. */
const SLOTS = 1_024;

/** Shorter ones are not worth a look: an engine shares those of a few characters by itself. */
const MIN_LENGTH = 11;

/** Longer ones are no ids, and would make the table large: this way it is some 100 KB at most. */
const MAX_LENGTH = 64;

const slots: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);

/**
 * A text that equals the given one, and is the same for all that came lately: within a mandate, where
 * an id stands in several claims, and across mandates, which have applications, sessions and scopes in
 * common. Parsed, each of them is a copy, and mandates are remembered by the thousand.
 *
 * Each text has one place, and what comes last stays there: no choice of texts makes it slow or large.
 * It is given texts of verified mandates only, and of those no part of a token.
 */
export function shareText(text: string): string {
  const { length } = text;
  if (length < MIN_LENGTH || length > MAX_LENGTH) return text;
  // The ends of ids differ: the first characters of many are a time, or a name.
  const end = (text.charCodeAt(length - 4) << 16) ^ (text.charCodeAt(length - 3) << 8);
  const place = Math.imul(
    end ^ (text.charCodeAt(length - 2) << 4) ^ text.charCodeAt(length - 1) ^ (length << 24),
    0x9e3779b1,
  );
  const slot = place >>> 22;
  const known = slots[slot];
  if (known === text) return known;
  slots[slot] = text;
  return text;
}
