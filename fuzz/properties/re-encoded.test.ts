import type { Principal } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { writeJson } from "../generators/json-text.js";
import { mandateClaims } from "../generators/mandates.js";
import { wordOf } from "../support/answer.js";
import { type Choices, oneOf, shuffled, some } from "../support/choices.js";
import { KEYS, signed, verifierOf } from "../support/world.js";
import { holdsFor } from "./check-property.js";

const { authenticate } = verifierOf(["zone_a"]);

/** Claims that the wire format does not know. */
const UNKNOWN: readonly (readonly [name: string, value: unknown])[] = [
  ["graph_epoch", 99],
  ["scp", ["admin"]],
  ["scopes", "admin"],
  ["Scope", "admin"],
  ["scope ", "admin"],
  ["act", { sub: "someone", act: { sub: "else" } }],
  ["cnf", { jkt: "x" }],
  ["constructor", { name: "x" }],
  ["toString", null],
  ["", ""],
  ["0", 0],
  ["\u{1f600}", "\u{1f600}"],
  ["exp_", -1],
];

const USUAL = { alg: "ES256", typ: "JWT", kid: KEYS.zone_a.kid };
const HEADERS = [USUAL, { kid: USUAL.kid, alg: "ES256" }, { ...USUAL, typ: "at+jwt", x: [1] }];

function reencoded(choices: Choices, claims: object): string {
  const members = shuffled(choices, [...Object.entries(claims), ...some(choices, UNKNOWN)]);
  const payload = writeJson(choices, Object.fromEntries(members));
  const withPrototype = payload.replace("{", '{"__proto__":{"scope":"admin"},');
  const header = writeJson(choices, oneOf(choices, HEADERS));
  return signed(header, oneOf(choices, [payload, withPrototype]), "zone_a");
}

/** Whatever the caller is let in as, in an order of its own. */
function inOrder(principal: Principal): unknown {
  const sort = (object: object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...principal, mandate: sort(principal.mandate) };
}

test("an accepted mandate, encoded in another way, is the same principal", async () => {
  let accepted = 0;
  await holdsFor(1_500, async (choices) => {
    const claims = mandateClaims(choices, "zone_a");
    const first = await authenticate(
      signed(JSON.stringify(USUAL), JSON.stringify(claims), "zone_a"),
    );
    const again = await authenticate(reencoded(choices, claims));
    expect(wordOf(again)).toBe(wordOf(first));
    if (!(first.ok && again.ok)) return;
    accepted += 1;
    expect(inOrder(again.principal)).toStrictEqual(inOrder(first.principal));
    expect(first.principal.mandate).toStrictEqual({
      ...JSON.parse(JSON.stringify(claims)),
      aud: [claims.aud].flat(),
    });
  });
  expect(accepted).toBeGreaterThan(500);
});
