/** 70 to 72 bytes at the most: every length within fits into one byte. */
export const MAX_DER_LENGTH = 72;

/**
 * Writes an ES256 signature (r and s, 32 bytes each, RFC 7518 section 3.4) as the DER sequence of
 * two integers that OpenSSL verifies (RFC 3279 section 2.2.3). Any 64 bytes are taken: whether they
 * are a signature is for the verification to find out.
 *
 * @param signature - 64 bytes, as the check of the shape left them
 * @param der - where it is written: {@link MAX_DER_LENGTH} bytes
 * @returns how many bytes were written
 */
export function writeDer(signature: Uint8Array, der: Uint8Array): number {
  const rEnd = writeInteger(signature, 0, der, 2);
  const end = writeInteger(signature, 32, der, rEnd);
  der[0] = 0x30;
  der[1] = end - 2;
  return end;
}

/** Writes 32 bytes as an integer. Answers where it ends. */
function writeInteger(bytes: Uint8Array, start: number, der: Uint8Array, offset: number): number {
  const end = start + 32;
  // DER integers are minimal: leading zero bytes go, but one byte always stays.
  let index = start;
  while (index < end - 1 && bytes[index] === 0) index += 1;
  let at = offset + 2;
  // A leading bit of 1 would make the integer negative: a zero byte goes before it.
  if ((bytes[index] as number) > 0x7f) der[at++] = 0;
  while (index < end) der[at++] = bytes[index++] as number;
  der[offset] = 0x02;
  der[offset + 1] = at - offset - 2;
  return at;
}
