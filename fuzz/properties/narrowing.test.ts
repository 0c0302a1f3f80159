import { expect, test } from "vitest";
import { both, route } from "../generators/routes.js";
import { signedCase } from "../generators/signed-case.js";
import { distanceOf } from "../model/model-order.js";
import { wordOf } from "../support/answer.js";
import { verifierOf } from "../support/world.js";
import { holdsFor } from "./check-property.js";

test("a narrower route never accepts more, and never refuses later", () =>
  holdsFor(2_000, async (choices) => {
    const { token, zones, route: loose } = signedCase(choices);
    const verifier = verifierOf(zones);
    const wide = wordOf(await verifier.authenticate(token, loose));
    const narrow = wordOf(await verifier.authenticate(token, both(loose, route(choices))));
    expect(distanceOf(narrow)).toBeLessThanOrEqual(distanceOf(wide));
  }));

/** As a verifier's own, a higher limit would be its default. */
const DEFAULTS = { maxHopCount: 10 };

test("requirements add up, wherever they are given", () =>
  holdsFor(1_000, async (choices) => {
    const { token, zones, route: first } = signedCase(choices);
    const second = route(choices);
    const verifier = verifierOf(zones);
    const words = [
      await verifier.authenticate(token, both(first, second)),
      await verifier.require(first).authenticate(token, second),
      await verifier.require(second).authorization(`Bearer ${token}`, first),
      await verifier.require(first).require(second).authenticate(token),
      await verifierOf(zones, both(first, DEFAULTS)).authenticate(token, second),
    ].map(wordOf);
    expect(new Set(words).size).toBe(1);
  }));
