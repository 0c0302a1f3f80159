import { platform } from "#platform";

/**
 * By what a token can be known again without being kept: a digest of the whole of it (SHA-256), of
 * which 32 characters carry a byte each.
 *
 * @returns undefined where the platform has no synchronous digest
 */
export function digestToken(token: string): string | undefined {
  return platform.digest(token);
}
