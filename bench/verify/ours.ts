import { createPublicKey, hash, verify } from "node:crypto";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  type AuthResult,
  createKeyCache,
  createMandateVerifier,
  type MandateVerifier,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { fresh } from "../shared/fresh.js";
import type { Contender } from "./contender.js";
import { AUDIENCE, type Setting, ZONE } from "./setting.js";

/** The raw primitive: a signature and its input at hand as bytes, the key imported once. */
export function floor({ jwk }: Setting, name = "floor"): Contender {
  const key = createPublicKey({ format: "jwk", key: jwk });
  return {
    name,
    prepare: (token) => {
      const end = token.lastIndexOf(".");
      const input = Buffer.from(token.slice(0, end), "latin1");
      const signature = derOf(Buffer.from(token.slice(end + 1), "base64url"));
      return () => verify("sha256", input, key, signature);
    },
    isAccepted: (answer) => answer === true,
  };
}

/** What a mandate is known again by: a lower bound for what knowing one takes. */
export function digestAlone(name: string): Contender {
  return {
    name,
    prepare: (token) => {
      const text = fresh(token);
      return () => hash("sha256", text, "base64");
    },
    isAccepted: (answer) => typeof answer === "string",
  };
}

/** Two integers, as OpenSSL takes a signature on every version of Node equally fast. */
function derOf(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((half) => {
    const digits = half.subarray(
      Math.max(
        0,
        half.findIndex((byte) => byte !== 0),
      ),
    );
    const isNegative = (digits[0] ?? 0) > 0x7f;
    const bytes = isNegative ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(2, bytes.length), bytes]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** A verifier of ours with everything that it does: the clock, authority, a revocation check in memory. */
export async function createOurs(
  { sts }: Setting,
  options: Partial<MandateVerifierOptions> = {},
): Promise<MandateVerifier> {
  const verifier = createMandateVerifier({
    issuer: sts.issuer,
    audience: AUDIENCE,
    zoneId: ZONE,
    revocations: new InMemoryRevocationStore(),
    requiredScopes: ["notes:read"],
    keyCache: createKeyCache(),
    ...options,
  });
  await verifier.warmup();
  return verifier;
}

export function ours(name: string, { authenticate }: MandateVerifier): Contender {
  return {
    name,
    prepare: (token) => {
      const text = fresh(token);
      return () => authenticate(text);
    },
    isAccepted: (answer) => (answer as AuthResult).ok,
  };
}
