import type { JsonText } from "../generators/json-text.js";
import type { SignedCase } from "../generators/signed-case.js";
import { KEYS, ZONES } from "../support/world.js";
import { failuresOfAuthority } from "./model-of-authority.js";
import { failuresOfClaims, type Json } from "./model-of-claims.js";
import { type Failures, verdictOf } from "./model-order.js";

const TYPES = ["jwt", "at+jwt"];
const FORBIDDEN = ["crit", "b64", "zip", "cty"];

/** What the contract says of a token that its signer really signed: `ok`, or code and check. */
export function modelVerdict({ token, header, payload, signer, zones, route }: SignedCase): string {
  const claims = read(payload);
  const shape = failuresOfHeader(token, read(header));
  // The key set to look into: that of the one zone, or of the one that is named, or of any.
  const named = zones.filter((zone) => zone === claims?.zone_id);
  const searched = zones.length === 1 || named.length === 0 ? zones : named;
  const kid = read(header)?.kid;
  const owner = ZONES.find((zone) => KEYS[zone].kid === kid);
  return verdictOf({
    ...shape,
    key: !searched.some((zone) => zone === owner),
    signature: owner !== signer,
    payload: claims === undefined,
    ...(claims && failuresOfClaims(claims, zones)),
    ...(claims && isJudgeable(claims, zones) && failuresOfAuthority(claims, route)),
  });
}

/** Sound text is what JSON.parse makes of it: that it is sound, the generator knows. */
function read({ bytes, isSound }: JsonText): Json | undefined {
  return isSound ? JSON.parse(bytes.toString()) : undefined;
}

function isJudgeable(claims: Json, zones: readonly string[]): boolean {
  return verdictOf(failuresOfClaims(claims, zones)) === "ok";
}

/** Step 2 of the contract, but for the encoding, which is right here. */
function failuresOfHeader(token: string, header: Json | undefined): Failures {
  const { alg, kid, typ = "JWT" } = header ?? {};
  const characters = typeof kid === "string" ? [...kid] : [];
  return {
    size: token.length > 16 * 1_024,
    "header object": header === undefined,
    algorithm: alg !== "ES256",
    kid:
      characters.length === 0 ||
      characters.length > 256 ||
      characters.some((character) => /\p{Cc}/u.test(character)),
    "header members":
      typeof typ !== "string" ||
      !TYPES.includes(typ.toLowerCase()) ||
      FORBIDDEN.some((name) => name in (header ?? {})),
  };
}
