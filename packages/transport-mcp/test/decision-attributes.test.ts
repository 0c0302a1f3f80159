import type { Decision } from "@caracalai/transport-mcp";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { recordOf, refused } from "./support/decisions.js";
import { recorderFor, telemetryOfTest } from "./support/telemetry.js";

const METRIC = "caracal.mandate.verify.duration";

const decided = (given: Partial<Decision>): Decision => recordOf({ durationMs: 1.5, ...given });

const ACCEPTED = {
  "caracal.mandate.outcome": "ok",
  "caracal.mandate.stage": "request",
  "caracal.mandate.cached": false,
};

interface Case {
  readonly name: string;
  readonly decision: Partial<Decision>;
  /** On the metric. */
  readonly attributes: object;
  /** On the span alone. */
  readonly more?: object;
}

const cases: readonly Case[] = [
  {
    name: "let in",
    decision: { zoneId: "zone_dev" },
    attributes: { ...ACCEPTED, "caracal.zone.id": "zone_dev" },
  },
  {
    name: "let in from a cache",
    decision: { zoneId: "zone_dev", cached: true },
    attributes: { ...ACCEPTED, "caracal.mandate.cached": true, "caracal.zone.id": "zone_dev" },
  },
  {
    name: "refused: no error",
    decision: { ...refused("invalid_token", "signature") },
    attributes: {
      ...ACCEPTED,
      "caracal.mandate.outcome": "refused",
      "caracal.mandate.code": "invalid_token",
      "caracal.mandate.check": "signature",
    },
  },
  {
    name: "unavailable: an error",
    decision: {
      outcome: "unavailable",
      code: "verification_unavailable",
      check: "jwks_unavailable",
      stage: "recheck",
    },
    attributes: {
      ...ACCEPTED,
      "caracal.mandate.outcome": "unavailable",
      "caracal.mandate.stage": "recheck",
      "caracal.mandate.code": "verification_unavailable",
      "caracal.mandate.check": "jwks_unavailable",
      "error.type": "verification_unavailable",
    },
  },
  {
    name: "a tool",
    decision: { items: [{ kind: "tool", name: "read_notes" }] },
    attributes: {
      ...ACCEPTED,
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": "read_notes",
    },
    more: { "caracal.mandate.items": ["tool:read_notes"] },
  },
  {
    name: "a prompt",
    decision: { items: [{ kind: "prompt", name: "summary" }] },
    attributes: {
      ...ACCEPTED,
      "mcp.method.name": "prompts/get",
      "gen_ai.prompt.name": "summary",
    },
    more: { "caracal.mandate.items": ["prompt:summary"] },
  },
  {
    name: "a resource: its URI is not for metrics",
    decision: { items: [{ kind: "resource", name: "notes://all" }] },
    attributes: { ...ACCEPTED, "mcp.method.name": "resources/read" },
    more: {
      "mcp.resource.uri": "notes://all",
      "caracal.mandate.items": ["resource:notes://all"],
    },
  },
  {
    name: "a resource template, which is no URI",
    decision: { items: [{ kind: "resource_template", name: "notes://{id}" }] },
    attributes: { ...ACCEPTED, "mcp.method.name": "resources/read" },
    more: { "caracal.mandate.items": ["resource_template:notes://{id}"] },
  },
  {
    name: "several",
    decision: {
      items: [
        { kind: "resource", name: "notes://all" },
        { kind: "tool", name: "read_notes" },
      ],
    },
    attributes: ACCEPTED,
    more: { "caracal.mandate.items": ["resource:notes://all", "tool:read_notes"] },
  },
];

describe("every decision is a point of the histogram and a span", () => {
  test.each(cases)("$name", async ({ decision, attributes, more }) => {
    const telemetry = telemetryOfTest();
    recorderFor(telemetry)(decided(decision));

    const [histogram, ...others] = await telemetry.histograms();
    expect(others).toEqual([]);
    expect(histogram?.descriptor).toMatchObject({ name: METRIC, unit: "s" });
    expect(histogram?.dataPoints.map((point) => point.attributes)).toStrictEqual([attributes]);
    expect(histogram?.dataPoints[0]?.value).toMatchObject({ count: 1, sum: 0.0015 });

    const [span, ...further] = telemetry.spans();
    expect(further).toEqual([]);
    expect(span?.attributes).toStrictEqual({ ...attributes, ...more });
    expect(span).toMatchObject({
      name: decision.stage === "recheck" ? "recheck mandate" : "verify mandate",
      kind: SpanKind.INTERNAL,
      events: [],
      status: {
        code: decision.outcome === "unavailable" ? SpanStatusCode.ERROR : SpanStatusCode.UNSET,
      },
    });
  });

  test("buckets reach from a fraction of a millisecond to the longest wait", async () => {
    const telemetry = telemetryOfTest();
    recorderFor(telemetry)(decided({}));
    const [histogram] = await telemetry.histograms();
    const { boundaries } = histogram?.dataPoints[0]?.value.buckets ?? { boundaries: [] };
    expect([boundaries.at(0), boundaries.at(-1)]).toEqual([0.000_05, 10]);
    expect(boundaries).toEqual([...new Set(boundaries)].sort((one, other) => one - other));
  });

  test("a span is as long as the decision took, and ends when it was made", () => {
    const telemetry = telemetryOfTest();
    const before = Date.now();
    recorderFor(telemetry)(decided({ durationMs: 250.25 }));
    const after = Date.now();
    const [span] = telemetry.spans();
    expect(span?.duration).toEqual([0, 250_250_000]);
    const [seconds = 0, nanoseconds = 0] = span?.endTime ?? [];
    const endMs = seconds * 1_000 + nanoseconds / 1e6;
    // Its start is a whole millisecond, rounded up.
    expect(endMs).toBeGreaterThanOrEqual(before);
    expect(endMs).toBeLessThanOrEqual(after + 1);
  });

  test("a batch of any length leaves a span of bounded length", () => {
    const telemetry = telemetryOfTest();
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      kind: "tool" as const,
      name: `tool_${index}`,
    }));
    recorderFor(telemetry)(decided({ items }));
    expect(telemetry.spans()[0]?.attributes["caracal.mandate.items"]).toHaveLength(64);
  });

  test("any number of names makes a bounded number of series", async () => {
    const telemetry = telemetryOfTest();
    const record = recorderFor(telemetry);
    for (let index = 0; index < 1_000; index += 1) {
      record(decided({ items: [{ kind: "tool", name: `tool_${index}` }] }));
    }
    record(decided({ items: [{ kind: "tool", name: "tool_0" }] }));
    const points = (await telemetry.histograms())[0]?.dataPoints ?? [];
    const counts = new Map(
      points.map(({ attributes, value }) => [attributes["gen_ai.tool.name"], value.count]),
    );
    expect(counts.size).toBe(257);
    expect(counts.get("_OTHER")).toBe(744);
    expect(counts.get("tool_0")).toBe(2);
  });
});
