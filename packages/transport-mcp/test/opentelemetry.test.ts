import { ConfigurationError, createKeyCache, type Decision } from "@caracalai/transport-mcp";
import {
  type RecordDecisionsOptions,
  recordDecisions,
} from "@caracalai/transport-mcp/opentelemetry";
import {
  context,
  DiagLogLevel,
  diag,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { recordOf, refused } from "./support/decisions.js";
import { storeOf } from "./support/stores.js";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { AsyncContexts, type Telemetry, telemetryOfTest } from "./support/telemetry.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();
const METRIC = "caracal.mandate.verify.duration";

afterEach(() => {
  for (const api of [context, diag, metrics, trace]) api.disable();
});

/** A hook that records with an SDK of its own. */
function recorderFor({ meterProvider, tracerProvider }: Telemetry): (decision: Decision) => void {
  return recordDecisions({
    meter: meterProvider.getMeter("of the test"),
    tracer: tracerProvider.getTracer("of the test"),
  });
}

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

describe("with a verifier", () => {
  test("spans are below the one that is active, also after a wait", async () => {
    const telemetry = telemetryOfTest();
    context.setGlobalContextManager(new AsyncContexts());
    const onDecision = recorderFor(telemetry);
    const isRevoked = async () => false;
    const { authenticate } = verifierFor(sts, {
      keyCache,
      onDecision,
      revocations: storeOf({ isRevoked }),
    });
    const tracer = telemetry.tracerProvider.getTracer("of the server");
    await tracer.startActiveSpan("request", async (parent) => {
      await authenticate(sts.mint());
      parent.end();
    });
    const [child, parent] = telemetry.spans();
    expect(parent?.name).toBe("request");
    expect(child?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId);
    const startOf = (time = [0, 0]) => (time[0] ?? 0) * 1e9 + (time[1] ?? 0);
    expect(startOf(child?.startTime)).toBeGreaterThanOrEqual(startOf(parent?.startTime));
  });

  test("every method is recorded", async () => {
    const telemetry = telemetryOfTest();
    const onDecision = recorderFor(telemetry);
    const verifier = verifierFor(sts, { keyCache, onDecision });
    const about = { items: [{ kind: "tool", name: "read_notes" }] } as const;
    const principal = principalOf(await verifier.authenticate(sts.mint(), {}, about));
    await verifier.authorization(undefined, {}, about);
    await verifier.require({ requiredScopes: ["a"] }).recheck(principal, {}, about);
    expect(
      telemetry.spans().map(({ name, attributes }) => [name, attributes["caracal.mandate.check"]]),
    ).toEqual([
      ["verify mandate", undefined],
      ["verify mandate", "bearer"],
      ["recheck mandate", "scope"],
    ]);
    const [histogram] = await telemetry.histograms();
    expect(histogram?.dataPoints.map(({ value }) => value.count)).toEqual([1, 1, 1]);
  });
});

describe("the global providers are the default", () => {
  test("also where they are registered after the verifier was created", async () => {
    const onDecision = recordDecisions();
    const { authorization } = verifierFor(sts, { keyCache, onDecision });
    await authorization(undefined);
    const telemetry = telemetryOfTest();
    trace.setGlobalTracerProvider(telemetry.tracerProvider);
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    await authorization(undefined);
    await authorization(undefined);
    expect(telemetry.spans()).toHaveLength(2);
    expect(telemetry.spans()[0]?.instrumentationScope.name).toBe("@caracalai/transport-mcp");
    const [histogram] = await telemetry.histograms();
    expect(histogram?.dataPoints.map(({ value }) => value.count)).toEqual([2]);
    const [scope] = (await telemetry.metrics()).at(-1)?.scopeMetrics ?? [];
    expect(scope?.scope.name).toBe("@caracalai/transport-mcp");
  });

  test("without any, nothing is recorded and nothing fails", async () => {
    const { authenticate } = verifierFor(sts, { keyCache, onDecision: recordDecisions() });
    expect(verdictOf(await authenticate(sts.mint()))).toBe("ok");
  });
});

describe("a failure of OpenTelemetry", () => {
  const fails = () => {
    throw new Error("of the exporter");
  };
  const broken = {
    meter: { createHistogram: () => ({ record: fails }) },
    tracer: { startSpan: fails },
  } as unknown as RecordDecisionsOptions;

  test("is told to its own diagnostics, and changes no decision", async () => {
    const error = vi.fn();
    const ignore = () => {};
    diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore });
    const { authenticate } = verifierFor(sts, { keyCache, onDecision: recordDecisions(broken) });
    expect(verdictOf(await authenticate(sts.mint()))).toBe("ok");
    expect(error.mock.calls).toEqual(
      [1, 2].map(() => [
        "@caracalai/transport-mcp: a decision was not recorded",
        new Error("of the exporter"),
      ]),
    );
  });

  test("of the metric leaves the span, and the other way round", async () => {
    const telemetry = telemetryOfTest();
    const { meter, tracer } = broken;
    const hooks = [
      recordDecisions({ meter, tracer: telemetry.tracerProvider.getTracer("of the test") }),
      recordDecisions({ meter: telemetry.meterProvider.getMeter("of the test"), tracer }),
    ];
    for (const record of hooks) record(decided({}));
    expect(telemetry.spans()).toHaveLength(1);
    expect((await telemetry.histograms())[0]?.dataPoints).toHaveLength(1);
  });

  test("also where the diagnostics fail", async () => {
    diag.setLogger(
      { error: fails, warn: fails, info: fails, debug: fails, verbose: fails },
      {
        suppressOverrideMessage: true,
        logLevel: DiagLogLevel.ERROR,
      },
    );
    const { authenticate } = verifierFor(sts, { keyCache, onDecision: recordDecisions(broken) });
    expect(verdictOf(await authenticate(sts.mint()))).toBe("ok");
  });
});

test.each<readonly [unknown, RegExp]>([
  [null, /^recordDecisions: has to be an object/],
  [{ meters: 1 }, /^recordDecisions: unknown option meters; known: meter, tracer/],
  [{ meter: null }, /^meter has no function createHistogram/],
  [{ tracer: {} }, /^tracer has no function startSpan/],
])("malformed options: %o", (options, message) => {
  const call = () => recordDecisions(options as RecordDecisionsOptions);
  expect(call).toThrow(ConfigurationError);
  expect(call).toThrow(message);
});
