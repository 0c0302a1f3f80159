import { Buffer, isUtf8 } from "node:buffer";
import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import { toDer } from "../der-signature.js";
import type { P256Coordinates, Platform, VerifyingKey } from "./platform.js";

/** Node's synchronous crypto: no thread hand-off, a key that is parsed once. */
export const platform: Platform = {
  decodeBase64Url(text: string): Uint8Array {
    return Buffer.from(text, "base64url");
  },

  decodeUtf8(bytes: Uint8Array): string | undefined {
    if (!isUtf8(bytes)) return undefined;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  },

  importKey({ x, y }: P256Coordinates): VerifyingKey | undefined {
    try {
      return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y } });
    } catch {
      return undefined;
    }
  },

  verify(key: VerifyingKey, input: string, signature: Uint8Array): boolean {
    // A bare KeyObject with a DER signature is the one form that is fast on every Node version:
    // asking for dsaEncoding "ieee-p1363" costs two thirds more on Node 24.
    return verifySignature(
      "sha256",
      Buffer.from(input, "latin1"),
      key as KeyObject,
      toDer(signature),
    );
  },
};
