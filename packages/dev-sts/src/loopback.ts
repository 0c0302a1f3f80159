import { isIPv4 } from "node:net";

/** Whether a host name or address stays on this machine: `localhost`, 127.0.0.0/8 or `::1`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

const hostHeader = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::\d{1,5})?$/;

/**
 * Whether a `Host` header (RFC 9110 section 7.2) names a loopback host. A page of another origin
 * that has its own name resolve to 127.0.0.1 (DNS rebinding) still sends that name.
 */
export function isLoopbackHostHeader(value: string | undefined): boolean {
  const [, ipv6, name = ""] = hostHeader.exec(value?.toLowerCase() ?? "") ?? [];
  return isLoopback(ipv6 ?? name);
}
