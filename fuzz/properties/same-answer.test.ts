import type { AuthResult } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { otherHeader, plainHeader } from "../generators/authorization.js";
import { damagedToken } from "../generators/damaged-token.js";
import { route } from "../generators/routes.js";
import { signedCase } from "../generators/signed-case.js";
import { BASE_TOKENS } from "../support/base-tokens.js";
import { oneOf } from "../support/choices.js";
import { keyCacheFor, laterStore, verifierOf } from "../support/world.js";
import { holdsFor } from "./check-property.js";

const textOf = (result: AuthResult) => JSON.stringify(result);

test("a mandate gets one answer: again, from a store that answers later, with keys that come later", () =>
  holdsFor(1_000, async (choices) => {
    const { token, zones, route: requirements } = signedCase(choices);
    const once = verifierOf(zones);
    const { find, warmup } = keyCacheFor(zones);
    const keyCache = { find: async (query: Parameters<typeof find>[0]) => find(query), warmup };
    const others = [
      once,
      verifierOf(zones, { revocations: laterStore() }),
      verifierOf(zones, { keyCache }),
    ];
    const expected = textOf(await once.authenticate(token, requirements));
    for (const other of others) {
      expect(textOf(await other.authenticate(token, requirements))).toBe(expected);
      expect(textOf(await other.authorization(`Bearer ${token}`, requirements))).toBe(expected);
    }
  }));

test("the order of zones makes no difference", () =>
  holdsFor(1_000, async (choices) => {
    const { token, zones, route: requirements } = signedCase(choices);
    const forwards = await verifierOf(zones).authenticate(token, requirements);
    const backwards = await verifierOf(zones.toReversed()).authenticate(token, requirements);
    expect(textOf(backwards)).toBe(textOf(forwards));
  }));

test("a header gets one answer", () =>
  holdsFor(1_000, async (choices) => {
    const verifier = verifierOf(["zone_a"]);
    const base = oneOf(choices, BASE_TOKENS);
    const make = oneOf(choices, [plainHeader, otherHeader]);
    const header = make(choices, oneOf(choices, [base, damagedToken(choices, base)]));
    const requirements = route(choices);
    const first = textOf(await verifier.authorization(header, requirements));
    expect(textOf(await verifier.authorization(header, requirements))).toBe(first);
  }));

test("a principal that was let in is let in again, and judged the same under another route", () =>
  holdsFor(1_000, async (choices) => {
    const { token, zones } = signedCase(choices);
    const verifier = verifierOf(zones);
    const result = await verifier.authenticate(token);
    if (!result.ok) return;
    expect(await verifier.recheck(result.principal)).toEqual(result);
    const requirements = route(choices);
    const rechecked = await verifier.recheck(result.principal, requirements);
    expect(textOf(rechecked)).toBe(textOf(await verifier.authenticate(token, requirements)));
  }));
