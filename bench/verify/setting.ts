import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts, type DevSts, delegatedMandate } from "@caracalai/dev-sts";

export const AUDIENCE = "https://mcp.example.com";
export const ZONE = "zone_a";

/** The public key of the STS, as it is served. */
export interface PublicJwk {
  readonly kid: string;
  readonly [member: string]: unknown;
}

/** A real STS on loopback, and its key. */
export interface Setting {
  readonly sts: DevSts;
  readonly jwk: PublicJwk;
  readonly keySetUrl: string;
}

export async function createSetting(): Promise<Setting> {
  const sts = await createDevSts({ zones: [ZONE], audience: AUDIENCE, announce: () => {} });
  const keySetUrl = `${sts.issuer}/.well-known/jwks.json?zone_id=${ZONE}`;
  const { keys } = (await (await fetch(keySetUrl)).json()) as { readonly keys: PublicJwk[] };
  const [jwk] = keys;
  if (jwk === undefined) throw new Error("The STS serves no key");
  return { sts, jwk, keySetUrl };
}

/** What differs from mandate to mandate, of the lengths that an STS gives it. */
function identities() {
  return { sub: randomUUID(), client_id: randomUUID(), sid: randomUUID(), root_sid: randomUUID() };
}

/** Different mandates of agents: three anchors each. */
export function mintUsual(setting: Setting, count: number): readonly string[] {
  return Array.from({ length: count }, () => mintOne(setting));
}

/** @param lifetime - in seconds; that of the STS where it is left out */
export function mintOne({ sts }: Setting, lifetime?: number): string {
  const now = Math.floor(Date.now() / 1_000);
  return sts.mint(
    agentMandate({
      ...identities(),
      agent_session_id: randomUUID(),
      scope: "notes:read notes:write",
      ...(lifetime !== undefined && { exp: now + lifetime }),
    }),
  );
}

/** Different mandates that were passed on: four anchors each. */
export function mintDelegated({ sts }: Setting, hops: number, count: number): readonly string[] {
  return Array.from({ length: count }, () =>
    sts.mint(delegatedMandate({ hops, ...identities(), scope: "notes:read notes:write" })),
  );
}
