import { ConfigurationError, createKeyCache } from "@caracalai/transport-mcp";
import {
  type RecordDecisionsOptions,
  recordDecisions,
} from "@caracalai/transport-mcp/opentelemetry";
import { context, DiagLogLevel, diag, metrics, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { recordOf } from "./support/decisions.js";
import { storeOf } from "./support/stores.js";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { AsyncContexts, recorderFor, telemetryOfTest } from "./support/telemetry.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();

afterEach(() => {
  for (const api of [context, diag, metrics, trace]) api.disable();
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
    const getMeter = vi.spyOn(telemetry.meterProvider, "getMeter");
    trace.setGlobalTracerProvider(telemetry.tracerProvider);
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    await authorization(undefined);
    await authorization(undefined);
    expect(getMeter).toHaveBeenCalledTimes(1);
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
    for (const record of hooks) record(recordOf({ durationMs: 1 }));
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
