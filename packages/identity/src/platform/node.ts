import { Buffer } from "node:buffer";
import { createPublicKey, hash, type KeyObject, verify as verifySignature } from "node:crypto";
import { MAX_DER_LENGTH, writeDer } from "../der-signature.js";
import { MAX_TOKEN_LENGTH } from "../max-token-length.js";
import type { P256Coordinates, Platform, VerifyingKey } from "./platform.js";

/** Inputs and signatures pass through these, one at a time: a buffer for each would cost more. */
const inputBytes = Buffer.alloc(MAX_TOKEN_LENGTH);
const derBytes = Buffer.alloc(MAX_DER_LENGTH);

/** Node's synchronous crypto: no thread hand-off, a key that is parsed once. */
export const platform: Platform = {
  importKey({ x, y }: P256Coordinates): VerifyingKey | undefined {
    try {
      return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y } });
    } catch {
      return undefined;
    }
  },

  digest(text: string): string {
    return hash("sha256", text, "binary");
  },

  verify(key: VerifyingKey, input: string, signature: Uint8Array): boolean {
    // A bare KeyObject with a DER signature is the one form that is fast on every Node version:
    // asking for dsaEncoding "ieee-p1363" costs two thirds more on Node 24.
    const bytes = inputBytes.subarray(0, inputBytes.write(input, "latin1"));
    const der = derBytes.subarray(0, writeDer(signature, derBytes));
    return verifySignature("sha256", bytes, key as KeyObject, der);
  },
};
