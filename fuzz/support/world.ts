import type { KeyObject } from "node:crypto";
import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import {
  createMandateVerifier,
  type KeyCache,
  type MandateVerifier,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { type SigningKey, signatureOf, signingKeyOf } from "./signing-key.js";

export const ISSUER = "https://sts.example.com/a";
export const AUDIENCE = "https://mcp.example.com";

/** The one moment at which everything is judged, in seconds since the epoch. */
export const NOW = 1_800_000_000;

/** `zone_c` has a key as well, and no verifier takes it. */
export const ZONES = ["zone_a", "zone_b", "zone_c"] as const;
export type ZoneName = (typeof ZONES)[number];

/** What verifiers are configured for. */
export const ZONE_SETS: readonly (readonly ZoneName[])[] = [["zone_a"], ["zone_a", "zone_b"]];

/** What the stores know. */
export const REVOKED: readonly string[] = ["sid_x", "root_x", "agent_x", "edge_x"];
export const EPOCHS: Readonly<Record<string, number>> = { zone_a: 5, zone_b: 0 };

export const KEYS: Readonly<Record<ZoneName, SigningKey>> = {
  zone_a: signingKeyOf("zone_a"),
  zone_b: signingKeyOf("zone_b"),
  zone_c: signingKeyOf("zone_c"),
};

/** Keys without a network. To ask it for a zone that is not configured would be a fetch too many. */
export function keyCacheFor(configured: readonly string[]): KeyCache {
  const keys = new Map<string, KeyObject>(
    ZONES.map((zone) => [`${zone} ${KEYS[zone].kid}`, KEYS[zone].publicKey]),
  );
  return {
    find({ issuer, zoneId, kid }) {
      if (issuer !== ISSUER || !configured.includes(zoneId)) {
        throw new Error("A key set was asked for that is not configured");
      }
      return keys.get(`${zoneId} ${kid}`) ?? "unknown";
    },
    warmup: async () => true,
  };
}

export function memoryStore(): InMemoryRevocationStore {
  const store = new InMemoryRevocationStore();
  for (const anchor of REVOKED) store.markRevoked(anchor);
  for (const [zone, epoch] of Object.entries(EPOCHS)) store.markDelegationEpoch(zone, epoch);
  return store;
}

/** The same knowledge, told later, by a store without a batch check. */
export function laterStore(): RevocationStore {
  const store = memoryStore();
  return {
    isRevoked: async (anchor) => store.isRevoked(anchor),
    currentDelegationEpoch: async (zone) => store.currentDelegationEpoch(zone),
    markRevoked: async (anchor, ttlMs) => store.markRevoked(anchor, ttlMs),
    markDelegationEpoch: async (zone, epoch) => store.markDelegationEpoch(zone, epoch),
  };
}

export function verifierOf(
  zones: readonly string[],
  options: Partial<MandateVerifierOptions> = {},
): MandateVerifier {
  return createMandateVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    zoneId: zones,
    revocations: memoryStore(),
    keyCache: keyCacheFor(zones),
    now: () => NOW * 1_000,
    ...options,
  });
}

/** A compact JWS over any text or bytes whatever. */
export function signed(header: string | Uint8Array, payload: string | Uint8Array, zone: ZoneName) {
  const input = [header, payload].map((part) => Buffer.from(part).toString("base64url")).join(".");
  return `${input}.${signatureOf(input, KEYS[zone]).toString("base64url")}`;
}
