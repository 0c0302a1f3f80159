/**
 * Writes an ES256 signature (r and s, 32 bytes each, RFC 7518 section 3.4) as the DER sequence of
 * two integers that OpenSSL verifies (RFC 3279 section 2.2.3). Any 64 bytes are taken: whether they
 * are a signature is for the verification to find out.
 *
 * @param signature - 64 bytes, as the check of the shape left them
 */
export function toDer(signature: Uint8Array): Uint8Array {
  const rStart = firstSignificant(signature, 0, 32);
  const sStart = firstSignificant(signature, 32, 64);
  // A leading bit of 1 would make the integer negative: a zero byte goes before it.
  const rPad = (signature[rStart] as number) >> 7;
  const sPad = (signature[sStart] as number) >> 7;
  const rLength = 32 - rStart + rPad;
  const sLength = 64 - sStart + sPad;

  // 70 to 72 bytes at the most: every length fits into one byte.
  const der = new Uint8Array(6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  der[2] = 0x02;
  der[3] = rLength;
  der.set(signature.subarray(rStart, 32), 4 + rPad);
  const s = 4 + rLength;
  der[s] = 0x02;
  der[s + 1] = sLength;
  der.set(signature.subarray(sStart, 64), s + 2 + sPad);
  return der;
}

/** DER integers are minimal: leading zero bytes go, but one byte always stays. */
function firstSignificant(bytes: Uint8Array, start: number, end: number): number {
  let index = start;
  while (index < end - 1 && bytes[index] === 0) index += 1;
  return index;
}
