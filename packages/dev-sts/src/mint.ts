import { KeyObject } from "node:crypto";
import { compactJws, tamperWith } from "./compact-jws.js";
import { assertKnownNames } from "./known-names.js";
import { type MintClaims, userMandate } from "./mandates.js";
import { createSigningKey } from "./signing-key.js";
import { uuidV7 } from "./uuid-v7.js";
import type { Zone } from "./zone.js";
import type { Zones } from "./zones.js";

/** How a mandate is signed, and what is spoiled on the way. An unknown name throws. */
export interface MintOptions {
  /** The zone whose key signs and whose id is the default of `zone_id`. Default: the first. */
  readonly zone?: string;
  /**
   * Another key than the zone's current one: the one before the last rotation, one that is never
   * published, or your own. Only `"previous"` brings its own `kid`; the others claim to be the
   * current key. `alg` stays ES256 unless `header` says otherwise.
   */
  readonly signWith?: "previous" | "foreign" | KeyObject;
  /** The `kid` in the header, whoever signs. */
  readonly kid?: string;
  /** Members to add to the header or to put in the place of its own; `undefined` removes one. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Changes the token after it was signed: a bit of the signature, or a claim more. */
  readonly tamper?: "signature" | "payload";
  /** Seconds since the epoch; the default of `iat`, and of `exp` 900 seconds on. Default: now. */
  readonly now?: number;
}

/** What a mandate is minted from. */
export interface MandateIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly zones: Zones;
}

const names = ["zone", "signWith", "kid", "header", "tamper", "now"];
const tamperings: readonly unknown[] = [undefined, "signature", "payload"];
const lifetimeSeconds = 900;

/**
 * A compact JWS (RFC 7515, RFC 7519) with the claims of a resource mandate, and `claims` in their
 * place. Throws for an unknown option, an unknown zone, and a key that cannot sign.
 */
export function mint(from: MandateIssuer, claims: MintClaims, options: MintOptions): string {
  assertKnownNames("mint", options, names);
  if (!tamperings.includes(options.tamper)) throw new TypeError("tamper: signature or payload");
  const zone = from.zones.named(options.zone);
  const { kid, privateKey } = signer(zone, options.signWith);
  const header = { alg: "ES256", typ: "JWT", kid: options.kid ?? kid, ...options.header };
  const payload = { ...defaultClaims(from, zone, claims, options.now), ...claims };
  const token = compactJws(header, payload, privateKey);
  return options.tamper === undefined ? token : tamperWith(token, options.tamper);
}

function defaultClaims(
  { issuer, audience }: MandateIssuer,
  zone: Zone,
  claims: MintClaims,
  now: number = Math.floor(Date.now() / 1000),
): MintClaims {
  if (!Number.isFinite(now)) throw new TypeError("now is not a finite number of seconds");
  const session = uuidV7();
  const delegated = claims.delegation_edge_id !== undefined && zone.epoch > 0;
  return {
    iss: issuer,
    aud: [audience],
    ...userMandate(),
    zone_id: zone.id,
    jti: uuidV7(),
    iat: now,
    exp: now + lifetimeSeconds,
    use: "resource",
    sid: session,
    root_sid: session,
    scope: "mcp:tool:call",
    target: [audience],
    ...(delegated ? { delegation_graph_epoch: zone.epoch } : {}),
  };
}

type Signer = { readonly kid: string; readonly privateKey: KeyObject };

function signer(zone: Zone, signWith: MintOptions["signWith"]): Signer {
  const { kid } = zone.current;
  if (signWith === undefined) return zone.current;
  if (signWith === "foreign") return { kid, privateKey: createSigningKey().privateKey };
  if (signWith === "previous") {
    if (zone.previous !== undefined) return zone.previous;
    throw new RangeError(`zone ${JSON.stringify(zone.id)} was never rotated`);
  }
  if (signWith instanceof KeyObject && signWith.type !== "public") {
    return { kid, privateKey: signWith };
  }
  throw new TypeError("signWith is previous, foreign, or a private or secret KeyObject");
}
