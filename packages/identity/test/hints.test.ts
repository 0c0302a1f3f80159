import { judgeClaims, MandateError, refuseToken, unavailable } from "@caracalai/identity";
import { expect, test } from "vitest";
import { POLICY } from "./support/judge.js";
import { CLAIMS, NOW } from "./support/token.js";

const REFUSED = [
  ...(["size", "encoding", "header", "algorithm", "kid", "key", "signature", "payload"] as const),
  ...(["issuer", "audience", "expiry", "time", "lifetime", "claim", "use", "target"] as const),
];

// One description serves all of these refusals: an operator can tell them by hint and check alone.
test("every refusal has a hint of its own, in whole sentences", () => {
  const hints = [
    ...REFUSED.map(refuseToken),
    unavailable("jwks_unavailable"),
    unavailable("revocations_unavailable"),
    judgeClaims({ ...CLAIMS, zone_id: "zone-2" }, POLICY, NOW),
  ].map((refusal) => (refusal instanceof MandateError ? refusal.hint : ""));
  for (const hint of hints) expect(hint).toMatch(/^[A-Z].+\.$/);
  expect(new Set(hints).size).toBe(hints.length);
});

test.each([
  ["jwks_unavailable", /^The key set /],
  ["revocations_unavailable", /^The revocation store /],
] as const)("an outage says what to look at: %s", (check, hint) => {
  expect(unavailable(check)).toMatchObject({
    description: "Verification unavailable",
    hint: expect.stringMatching(hint),
  });
});
