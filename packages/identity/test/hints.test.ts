import { judgeClaims, MandateError, refuseToken, unavailable } from "@caracalai/identity";
import { expect, test } from "vitest";
import { POLICY } from "./support/judge.js";
import { CLAIMS, NOW } from "./support/token.js";

const REFUSED = [
  ...(["size", "encoding", "header", "algorithm", "kid", "key", "signature", "payload"] as const),
  ...(["issuer", "audience", "expiry", "time", "lifetime", "claim", "use", "target"] as const),
].map(refuseToken);
const UNAVAILABLE = (["jwks_unavailable", "revocations_unavailable"] as const).map(unavailable);
const OF_ANOTHER_ZONE = judgeClaims({ ...CLAIMS, zone_id: "zone-2" }, POLICY, NOW);

// One description serves all of these refusals: an operator can tell them by hint and check alone.
test("every refusal has a hint of its own, in whole sentences", () => {
  const hints = [...REFUSED, ...UNAVAILABLE, OF_ANOTHER_ZONE].map((refusal) =>
    refusal instanceof MandateError ? refusal.hint : "",
  );
  for (const hint of hints) expect(hint).toMatch(/^[A-Z].+\.$/);
  expect(new Set(hints).size).toBe(hints.length);
});

test("an outage says what to look at", () => {
  const [keys, revocations] = UNAVAILABLE;
  expect(keys).toMatchObject({
    description: "Verification unavailable",
    hint: expect.stringMatching(/^The key set /),
  });
  expect(revocations).toMatchObject({
    description: "Verification unavailable",
    hint: expect.stringMatching(/^The revocation store /),
  });
});
