import { createPublicKey, verify } from "node:crypto";
import {
  createDevSts,
  type DevSts,
  type DevStsEvents,
  type DevStsOptions,
  type EventFields,
  type KeySet,
} from "@caracalai/dev-sts";
import { onTestFinished } from "vitest";

/** An STS that makes no noise and ends with the test. */
export async function startSts(options: DevStsOptions = {}): Promise<DevSts> {
  const sts = await createDevSts({ announce: () => {}, ...options });
  onTestFinished(() => sts.close());
  return sts;
}

export const signatureKey: string = "0123456789abcdef".repeat(4);

/** The option `events`, and what was published by it. */
export function recordEvents(): {
  readonly events: DevStsEvents;
  readonly published: readonly (readonly [stream: string, fields: EventFields])[];
} {
  const published: [string, EventFields][] = [];
  const publish = async (stream: string, fields: EventFields): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    published.push([stream, fields]);
  };
  return { events: { publish, signatureKey }, published };
}

export function fetchKeySet(issuer: string, zone: string): Promise<Response> {
  return fetch(`${issuer}/.well-known/jwks.json?zone_id=${encodeURIComponent(zone)}`);
}

export async function servedKeySet(sts: DevSts, zone = "zone_dev"): Promise<KeySet> {
  return (await (await fetchKeySet(sts.issuer, zone)).json()) as KeySet;
}

type Members = Record<string, unknown>;

export function decode(token: string): { header: Members; claims: Members } {
  const [header = "", payload = ""] = token.split(".");
  const parse = (part: string): Members => JSON.parse(Buffer.from(part, "base64url").toString());
  return { header: parse(header), claims: parse(payload) };
}

export function claimsOf(token: string): Members {
  return decode(token).claims;
}

/** Whether a key of the set has the token's kid and verifies its signature, by node:crypto. */
export function verifies(token: string, { keys }: KeySet): boolean {
  const [header, payload, signature = ""] = token.split(".");
  const jwk = keys.find(({ kid }) => kid === decode(token).header.kid);
  if (jwk === undefined) return false;
  const key = createPublicKey({ format: "jwk", key: { ...jwk } });
  return verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
}

export const uuidV7Shape: RegExp =
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
