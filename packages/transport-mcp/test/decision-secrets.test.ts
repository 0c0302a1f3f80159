import { inspect } from "node:util";
import type { Decision, MandateVerifierOptions, Principal } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { foundIn, headersAround, MARKER, marked, refusedMandates } from "./support/secrets.js";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { recorderFor, telemetryOfTest } from "./support/telemetry.js";
import { principalOf } from "./support/verdict.js";

const sts = await stsOfFile();
const about = { items: [{ kind: "tool", name: "read_notes" }] } as const;

/** A verifier whose decisions are noted and recorded, and everything that operators get of them. */
function observed(options: Partial<MandateVerifierOptions> = {}) {
  const telemetry = telemetryOfTest();
  const decisions: Decision[] = [];
  const record = recorderFor(telemetry);
  const onDecision = (decision: Decision) => {
    decisions.push(decision);
    record(decision);
  };
  async function textOf(count: number): Promise<string> {
    const spans = telemetry.spans();
    const metrics = await telemetry.metrics();
    expect([decisions.length, spans.length]).toEqual([count, count]);
    return [
      JSON.stringify(decisions),
      JSON.stringify(metrics),
      ...[decisions, spans, metrics].map((value) =>
        inspect(value, { depth: null, showHidden: true, maxStringLength: null }),
      ),
    ].join("\n");
  }
  return { verifier: verifierFor(sts, { ...options, onDecision }), textOf };
}

describe("nothing of a caller is in a record, a span or a metric", () => {
  test.each(refusedMandates)("refused: $name", async ({ claims, mint, options }) => {
    const { verifier, textOf } = observed(options);
    const token = sts.mint({ ...marked, ...claims }, mint);
    await verifier.authenticate(token, {}, about);
    await verifier.authorization(`Bearer ${token}`, {}, about);
    expect(foundIn(await textOf(2), token)).toEqual([]);
  });

  const token = sts.mint(marked);

  test.each(headersAround(token))("as a header: %s", async (_name, header) => {
    const { verifier, textOf } = observed();
    await verifier.authorization(header, {}, about);
    expect(foundIn(await textOf(1), token)).toEqual([]);
  });

  test("let in, and judged again", async () => {
    const { verifier, textOf } = observed();
    const principal: Principal = principalOf(await verifier.authenticate(token, {}, about));
    await verifier.recheck(principal, {}, about);
    await verifier.recheck(principal, { requiredScopes: ["a"] }, about);
    const text = await textOf(3);
    expect(foundIn(text, token)).toEqual([]);
    // The zone is what may be there, and the search is one that would find it.
    expect(text).toContain("zone_dev");
    expect(principal.sub).toContain(MARKER);
  });

  test("a route of the server's is not told either", async () => {
    const { verifier, textOf } = observed();
    await verifier.authenticate(sts.mint(), { requiredScopes: [`scope-${MARKER}`] });
    expect(foundIn(await textOf(1), token)).toEqual([]);
  });
});
