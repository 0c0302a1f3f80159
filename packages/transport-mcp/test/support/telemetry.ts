import { AsyncLocalStorage } from "node:async_hooks";
import type { Decision } from "@caracalai/transport-mcp";
import { recordDecisions } from "@caracalai/transport-mcp/opentelemetry";
import { type Context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { onTestFinished } from "vitest";

/** OpenTelemetry's own SDK, exporting into memory. */
export interface Telemetry {
  readonly tracerProvider: BasicTracerProvider;
  readonly meterProvider: MeterProvider;
  spans(): readonly ReadableSpan[];
  /** Everything that was exported of metrics. */
  metrics(): Promise<readonly ResourceMetrics[]>;
  /** The histograms of the last export. */
  histograms(): Promise<readonly HistogramMetricData[]>;
}

/** An SDK that ends with the test. */
export function telemetryOfTest(): Telemetry {
  const spanExporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spanExporter)],
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(async () => {
    await tracerProvider.shutdown();
    await meterProvider.shutdown();
  });
  const metrics = async () => {
    await meterProvider.forceFlush();
    return metricExporter.getMetrics();
  };
  return {
    tracerProvider,
    meterProvider,
    spans: () => spanExporter.getFinishedSpans(),
    metrics,
    async histograms() {
      const last = (await metrics()).at(-1)?.scopeMetrics ?? [];
      return last
        .flatMap((scope) => scope.metrics)
        .filter((metric) => metric.dataPointType === DataPointType.HISTOGRAM);
    },
  };
}

/** A hook that records with an SDK of its own. */
export function recorderFor({
  meterProvider,
  tracerProvider,
}: Telemetry): (decision: Decision) => void {
  return recordDecisions({
    meter: meterProvider.getMeter("of the test"),
    tracer: tracerProvider.getTracer("of the test"),
  });
}

/** Contexts as in a Node.js server: they go with the asynchronous calls. */
export class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(context, () => Reflect.apply(fn, thisArg, args));
  }

  bind<T>(_context: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
