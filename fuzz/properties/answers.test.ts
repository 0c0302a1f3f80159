import type { AuthorizationHeader } from "@caracalai/transport-mcp";
import fc from "fast-check";
import { expect, test } from "vitest";
import { otherHeader, plainHeader } from "../generators/authorization.js";
import { anyToken, damagedToken } from "../generators/damaged-token.js";
import { route } from "../generators/routes.js";
import { signedCase } from "../generators/signed-case.js";
import { malformationOf } from "../support/answer.js";
import { BASE_TOKENS } from "../support/base-tokens.js";
import { oneOf } from "../support/choices.js";
import { KEYS, signed, verifierOf } from "../support/world.js";
import { choicesOf, holdsFor, runs } from "./check-property.js";

const verifier = verifierOf(["zone_a"]);
const several = verifierOf(["zone_a", "zone_b"]);

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme-composite", maxLength: 100 }),
  fc.array(fc.nat({ max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.base64String(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

const anyHeader = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  fc.array(fc.anything()),
  anyText.map((text) => `Bearer ${text}`),
  fc.array(anyText.map((text) => `Bearer ${text}`)),
);

test("any text as a token, or in a header, is answered", async () => {
  const property = fc.asyncProperty(anyText, fc.gen(), async (text, generator) => {
    const requirements = route(choicesOf(generator));
    expect(malformationOf(await verifier.authenticate(text, requirements))).toBeUndefined();
    expect(malformationOf(await several.authorization(text, requirements))).toBeUndefined();
  });
  await fc.assert(property, runs(2_000));
});

test("any value whatever as a token, or as a header, is answered and refused", async () => {
  const property = fc.asyncProperty(anyHeader, async (value) => {
    for (const result of [
      await verifier.authenticate(value as string),
      await verifier.authorization(value as AuthorizationHeader),
    ]) {
      expect(malformationOf(result)).toBeUndefined();
      expect(result.ok).toBe(false);
    }
  });
  await fc.assert(property, runs(2_000));
});

test("any JSON as header and payload, rightly signed, is answered and refused", async () => {
  const json = fc.jsonValue({ maxDepth: 6, noUnicodeString: false });
  const property = fc.asyncProperty(json, json, async (header, payload) => {
    const right = { alg: "ES256", kid: KEYS.zone_a.kid };
    for (const named of [header, right, Object.assign({}, header, right)]) {
      const token = signed(JSON.stringify(named), JSON.stringify(payload), "zone_a");
      for (const { authenticate } of [verifier, several]) {
        const result = await authenticate(token);
        expect(malformationOf(result)).toBeUndefined();
        expect(result.ok).toBe(false);
      }
    }
  });
  await fc.assert(property, runs(1_000));
});

test("mandates, damaged tokens and headers of every kind are answered", () =>
  holdsFor(3_000, async (choices) => {
    const base = oneOf(choices, BASE_TOKENS);
    const result = await oneOf(choices, [
      () => several.authenticate(signedCase(choices).token, route(choices)),
      () => several.authenticate(anyToken(choices), route(choices)),
      () => verifier.authenticate(damagedToken(choices, base), route(choices)),
      () => verifier.authorization(plainHeader(choices, base), route(choices)),
      () => verifier.authorization(otherHeader(choices, base), route(choices)),
    ])();
    expect(malformationOf(result)).toBeUndefined();
  }));
