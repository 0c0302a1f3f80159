import { createDevSts, type DevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  createKeyCache,
  createMandateVerifier,
  type MandateVerifier,
  type Requirements,
} from "@caracalai/transport-mcp";

export const AUDIENCE = "https://mcp.example.com";
export const ZONES: readonly string[] = ["zone_a", "zone_b"];

/** Verifiers for one zone and for both. */
export interface Verifiers {
  readonly one: MandateVerifier;
  readonly both: MandateVerifier;
}

/** A real STS on loopback and verifiers of it. */
export interface Setting {
  readonly sts: DevSts;
  /** As they come: they remember what they have verified. */
  readonly knowing: Verifiers;
  /** To them every mandate is one that they have never seen. */
  readonly forgetful: Verifiers;
  readonly revocations: InMemoryRevocationStore;
}

export async function createSetting(requirements: Requirements = {}): Promise<Setting> {
  const revocations = new InMemoryRevocationStore();
  const sts = await createDevSts({ zones: ZONES, audience: AUDIENCE, announce: () => {} });
  const keyCache = createKeyCache();
  const verifierOf = (zoneId: readonly string[], verifiedMandates?: false) =>
    createMandateVerifier({
      issuer: sts.issuer,
      audience: AUDIENCE,
      zoneId,
      revocations,
      keyCache,
      verifiedMandates,
      ...requirements,
    });
  const knowing = { one: verifierOf(["zone_a"]), both: verifierOf(ZONES) };
  const forgetful = { one: verifierOf(["zone_a"], false), both: verifierOf(ZONES, false) };
  await knowing.both.warmup();
  return { sts, knowing, forgetful, revocations };
}

/** Header, payload and signature of a token. */
export function partsOf(token: string): readonly [string, string, string] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
}

export function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}
