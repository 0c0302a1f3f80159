const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * Whether text is base64url as JWS writes it (RFC 7515 section 2, RFC 4648 section 5): the URL-safe
 * alphabet and nothing else, no padding, no length that encodes no whole byte, and no bits left over
 * that are not zero. Exactly one text encodes given bytes, so no two tokens are the same bytes.
 */
export function isBase64Url(text: string): boolean {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return false;
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const lastValue = ALPHABET.indexOf(text.charAt(text.length - 1));
  const unusedBits = rest === 2 ? 0b1111 : 0b11;
  return (lastValue & unusedBits) === 0;
}
