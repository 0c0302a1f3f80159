import { settleWithin } from "./settle-within.js";

/** How a key set is fetched. */
export interface FetchLimits {
  /** The `fetch` to use: for a proxy, or client certificates. */
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds for the whole answer, body included. */
  readonly timeoutMs: number;
  /** The longest body, in bytes as decompressed. */
  readonly maxBytes: number;
}

/** Where the STS serves the key set of a zone. */
export function keySetUrl(issuer: string, zoneId: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/jwks.json?zone_id=${encodeURIComponent(zoneId)}`;
}

/**
 * Fetches the body of a key set. Redirects are not followed.
 *
 * @throws where there is no answer with status 200 within the limits
 */
export async function fetchKeySet(url: string, limits: FetchLimits): Promise<Uint8Array> {
  const controller = new AbortController();
  try {
    return await settleWithin(download(url, limits, controller.signal), limits.timeoutMs);
  } finally {
    // Whatever went wrong, the connection is not left to trickle on.
    controller.abort();
  }
}

async function download(
  url: string,
  { fetch, maxBytes }: FetchLimits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    redirect: "manual",
    signal,
  });
  if (response.status !== 200) throw new Error(`The STS answered ${response.status}`);

  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`The key set is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return concatenate(chunks, length);
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
