/**
 * Whether text is a URL that tokens or metadata may name a server by: https, or http on a loopback
 * host (RFC 8252 section 7.3), without user info, query or fragment (RFC 8414 section 2).
 */
export function isServerUrl(text: string): boolean {
  // Also catches what a URL parser drops silently: an empty query, user info or fragment.
  if (/[?#@\\\s]/.test(text)) return false;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(text)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
