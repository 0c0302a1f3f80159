import { ConfigurationError } from "@caracalai/identity";
import { readText } from "./read-options.js";

/**
 * A required {@link isServerUrl}.
 *
 * @throws ConfigurationError
 */
export function readServerUrl(name: string, value: unknown): string {
  const text = readText(name, value);
  if (isServerUrl(text)) return text;
  throw new ConfigurationError(
    `${name} has to be an https URL, or http on a loopback host, without user info, query or fragment`,
  );
}

/**
 * Whether text is a URL that tokens or metadata may name a server by: https, or http on a loopback
 * host (RFC 8252 section 7.3), without user info, query or fragment (RFC 8414 section 2).
 */
function isServerUrl(text: string): boolean {
  // Also catches what a URL parser drops silently: an empty query, user info or fragment.
  if (/[?#@\\\s]/.test(text)) return false;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(text)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
