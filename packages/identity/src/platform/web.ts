import type { P256Coordinates, Platform, VerifyingKey } from "./platform.js";

const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const ascii = new TextEncoder();

/** Web standards only, for runtimes without `node:crypto`. */
export const platform: Platform = {
  importKey({ x, y }: P256Coordinates): Promise<VerifyingKey | undefined> {
    return crypto.subtle
      .importKey("jwk", { kty: "EC", crv: "P-256", x, y }, ES256, false, ["verify"])
      .catch(() => undefined);
  },

  digest(): undefined {
    // WebCrypto answers later.
    return undefined;
  },

  verify(key: VerifyingKey, input: string, signature: Uint8Array): Promise<boolean> {
    return crypto.subtle.verify(
      ES256,
      key as Parameters<typeof crypto.subtle.verify>[1],
      signature as Uint8Array<ArrayBuffer>,
      ascii.encode(input),
    );
  },
};
