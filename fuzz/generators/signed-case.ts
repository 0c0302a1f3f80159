import type { Requirements } from "@caracalai/transport-mcp";
import { type Choices, once, oneOf } from "../support/choices.js";
import { KEYS, signed, ZONE_SETS, ZONES, type ZoneName } from "../support/world.js";
import { joseHeader } from "./jose-header.js";
import { type JsonText, jsonText } from "./json-text.js";
import { type Claims, mandateClaims } from "./mandates.js";
import { perturbed } from "./perturbations.js";
import { route } from "./routes.js";

/** A token whose signature is right, whatever it says, and how it is judged. */
export interface SignedCase {
  readonly token: string;
  readonly header: JsonText;
  readonly payload: JsonText;
  readonly signer: ZoneName;
  /** Which zones the verifier is configured for. */
  readonly zones: readonly ZoneName[];
  readonly route: Requirements;
}

/** A mandate with none to three claims changed, signed by the key of a zone. */
export function signedCase(choices: Choices): SignedCase {
  const zones = oneOf(choices, ZONE_SETS);
  const signer = once(choices, 12) ? oneOf(choices, ZONES) : oneOf(choices, zones);
  const named = once(choices, 12) ? oneOf(choices, ZONES) : signer;
  return sign({
    header: jsonText(choices, joseHeader(choices, KEYS[signer].kid)),
    payload: jsonText(choices, someClaims(choices, named)),
    signer,
    zones,
    route: route(choices),
  });
}

export function sign(unsigned: Omit<SignedCase, "token">): SignedCase {
  const { header, payload, signer } = unsigned;
  return { ...unsigned, token: signed(header.bytes, payload.bytes, signer) };
}

function someClaims(choices: Choices, zone: ZoneName): Claims {
  let claims = mandateClaims(choices, zone);
  const changes = oneOf(choices, [0, 0, 1, 1, 1, 2, 3]);
  for (let change = 0; change < changes; change += 1) claims = perturbed(choices, claims);
  // An object without members has nothing to spoil.
  return { jti: undefined, ...claims };
}
