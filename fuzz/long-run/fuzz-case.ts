import type { AuthorizationHeader, AuthResult, MandateVerifier } from "@caracalai/transport-mcp";
import { otherHeader, plainHeader } from "../generators/authorization.js";
import { anyToken, damagedToken, withOtherSignature } from "../generators/damaged-token.js";
import { route } from "../generators/routes.js";
import { signedCase } from "../generators/signed-case.js";
import { modelVerdict } from "../model/model-of-token.js";
import { distanceOf } from "../model/model-order.js";
import { BEFORE_CLAIMS, malformationOf, wordOf } from "../support/answer.js";
import { BASE_TOKENS } from "../support/base-tokens.js";
import { type Choices, oneOf } from "../support/choices.js";
import { verifierOf, ZONE_SETS } from "../support/world.js";

/** What came of one case. */
export interface Outcome {
  readonly kind: string;
  readonly input: unknown;
  readonly result: AuthResult;
  /** What contradicts the contract; undefined where nothing does. */
  readonly fault: string | undefined;
}

const verifiers = new Map<string, MandateVerifier>(
  ZONE_SETS.map((zones) => [zones.join(), verifierOf(zones)]),
);
const oneZone = verifierOf(["zone_a"]);

/** Of a hundred cases, fifteen are signed; the rest are cheap, and most of them end before the curve. */
export function fuzzCase(choices: Choices): Promise<Outcome> {
  const share = choices.below(100);
  if (share < 15) return signedToken(choices);
  if (share < 60) return brokenToken(choices);
  if (share < 65) return strangeToken(choices);
  if (share < 66) return malleableToken(choices);
  return share < 80 ? brokenInHeader(choices) : strangeHeader(choices);
}

/** Signed, whatever it says: what the model says, and no later under a narrower route. */
async function signedToken(choices: Choices): Promise<Outcome> {
  const input = signedCase(choices);
  const verifier = verifiers.get(input.zones.join()) ?? oneZone;
  const result = await verifier.authenticate(input.token, input.route);
  const word = wordOf(result);
  const expected = modelVerdict(input);
  let fault = malformationOf(result) ?? (word === expected ? undefined : `the model: ${expected}`);
  // A second look costs a second verification: at every eighth.
  if (choices.below(8) === 0) {
    const more = route(choices);
    const narrower = wordOf(await verifier.require(input.route).authenticate(input.token, more));
    if (distanceOf(narrower) > distanceOf(word)) fault ??= `narrowed by more: ${narrower}`;
  }
  return { kind: "signed", input, result, fault };
}

async function brokenToken(choices: Choices): Promise<Outcome> {
  const base = oneOf(choices, BASE_TOKENS);
  const input = damagedToken(choices, base);
  const result = await oneZone.authenticate(input);
  return { kind: "damaged token", input, result, fault: faultOf(result, input === base) };
}

async function strangeToken(choices: Choices): Promise<Outcome> {
  const input = anyToken(choices);
  const result = await oneZone.authenticate(input);
  return { kind: "any token", input, result, fault: faultOf(result, false) };
}

/** Rule 20: n - s is a valid signature, and the mandate is let in. */
async function malleableToken(choices: Choices): Promise<Outcome> {
  const input = withOtherSignature(oneOf(choices, BASE_TOKENS));
  const result = await oneZone.authenticate(input);
  return { kind: "n - s", input, result, fault: faultOf(result, true) };
}

async function brokenInHeader(choices: Choices): Promise<Outcome> {
  const base = oneOf(choices, BASE_TOKENS);
  const token = damagedToken(choices, base);
  const input = plainHeader(choices, token);
  // Spaces before the token are part of the header's form, however many.
  return ofHeader("damaged token in a header", input, token.replace(/^ +/, "") === base);
}

async function strangeHeader(choices: Choices): Promise<Outcome> {
  const input = otherHeader(choices, oneOf(choices, BASE_TOKENS));
  return ofHeader("other header", input, false);
}

async function ofHeader(
  kind: string,
  input: AuthorizationHeader,
  isGood: boolean,
): Promise<Outcome> {
  const result = await oneZone.authorization(input);
  return { kind, input, result, fault: faultOf(result, isGood) };
}

function faultOf(result: AuthResult, isGood: boolean): string | undefined {
  const malformation = malformationOf(result);
  if (malformation !== undefined || result.ok === isGood) return malformation ?? tooLate(result);
  return isGood ? `a good one is refused: ${wordOf(result)}` : "a wrong one is accepted";
}

function tooLate(result: AuthResult): string | undefined {
  if (result.ok || BEFORE_CLAIMS.includes(result.error.check)) return undefined;
  return `judged without a signature: ${wordOf(result)}`;
}
