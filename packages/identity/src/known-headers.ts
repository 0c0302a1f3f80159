/** Far more than the keys that are in use at one time. */
const MAX_HEADERS = 256;

/** Longer headers than an STS writes are judged each time. */
const MAX_LENGTH = 1_024;

/** The key ids of JOSE headers that stood before genuine signatures, by the header as sent. */
const keyIds = new Map<string, string>();

/**
 * The key id of a header that was found acceptable before: all mandates that were signed with one key
 * have one and the same.
 */
export function knownKeyId(header: string): string | undefined {
  return keyIds.get(header);
}

/** Keeps a header that the holder of a signing key has written: nobody else can fill the memory. */
export function rememberHeader(header: string, kid: string): void {
  if (header.length > MAX_LENGTH) return;
  if (keyIds.size >= MAX_HEADERS) keyIds.clear();
  keyIds.set(copyOf(header), kid);
}

/** A part of a string may keep the whole of it in memory, and here the whole is a token. */
function copyOf(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
