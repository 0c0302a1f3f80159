import { inspect } from "node:util";
import type { AuthResult } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { otherHeader } from "../generators/authorization.js";
import { damagedToken } from "../generators/damaged-token.js";
import { joseHeader } from "../generators/jose-header.js";
import { jsonText } from "../generators/json-text.js";
import { mandateClaims } from "../generators/mandates.js";
import { CLAIM_NAMES, perturbed } from "../generators/perturbations.js";
import { route } from "../generators/routes.js";
import { sign } from "../generators/signed-case.js";
import { pieceOf, textOfRefusal } from "../support/answer.js";
import { type Choices, oneOf, some } from "../support/choices.js";
import { KEYS, verifierOf } from "../support/world.js";
import { holdsFor } from "./check-property.js";

const SECRET = "pl4nted-5ecret";
const verifier = verifierOf(["zone_a", "zone_b"]);

/** What a refusal gives away anywhere: nothing. */
function givenAwayBy(result: AuthResult, token: string): string | undefined {
  if (result.ok) return undefined;
  const { error } = result;
  const text = [
    textOfRefusal(error),
    JSON.stringify(result),
    error.stack,
    inspect(result, { depth: null, showHidden: true }),
  ].join("\n");
  return text.includes(SECRET) ? SECRET : pieceOf(token, text);
}

/** Claims with the secret in some of their texts, and in members that nobody knows. */
function markedClaims(choices: Choices): object {
  const claims = mandateClaims(choices, "zone_a");
  const marks = some(choices, [...CLAIM_NAMES, "unknown", SECRET], 8).map((name) => [
    name,
    typeof claims[name] === "object" ? [SECRET, { [SECRET]: SECRET }] : `${claims[name]} ${SECRET}`,
  ]);
  return perturbed(choices, { ...claims, ...Object.fromEntries(marks) });
}

function markedHeader(choices: Choices): object {
  const header = joseHeader(choices, oneOf(choices, [KEYS.zone_a.kid, SECRET]));
  return { ...header, [oneOf(choices, ["jku", "x", "typ", "alg", "kid", SECRET])]: SECRET };
}

test("no refusal of a mandate gives anything of it away", () =>
  holdsFor(1_000, async (choices) => {
    const header = oneOf(choices, [joseHeader(choices, KEYS.zone_a.kid), markedHeader(choices)]);
    const payload = jsonText(choices, markedClaims(choices));
    const parts = { header: jsonText(choices, header), payload };
    const { token, route: requirements } = sign({
      ...parts,
      signer: "zone_a",
      zones: ["zone_a"],
      route: route(choices),
    });
    expect(givenAwayBy(await verifier.authenticate(token, requirements), token)).toBeUndefined();

    const damaged = oneOf(choices, [damagedToken(choices, token), `${token}${SECRET}`]);
    const result = await verifier.authenticate(damaged, requirements);
    expect(givenAwayBy(result, token)).toBeUndefined();

    const refused = await verifier.authorization(otherHeader(choices, token), requirements);
    expect(givenAwayBy(refused, token)).toBeUndefined();
  }));

test("the search finds what it looks for", () => {
  expect(pieceOf("0123456789abcdefgh", "before 123456789abcdefg after")).toBe("123456789abcdefg");
  expect(pieceOf("0123456789abcdefgh", "before 123456789abcde after")).toBeUndefined();
});
