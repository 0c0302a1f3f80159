import { createHash, timingSafeEqual } from "node:crypto";

/** What is kept of a secret. */
export function secretDigest(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Whether a secret is the one of this digest; takes as long for every wrong one. */
export function isSecretOf(digest: Buffer, secret: string): boolean {
  return timingSafeEqual(digest, secretDigest(secret));
}
