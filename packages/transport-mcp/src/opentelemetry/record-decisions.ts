import {
  diag,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Decision } from "../decision.js";
import { readObject, rejectUnknownNames } from "../read-options.js";
import { metricAttributes, spanAttributes } from "./decision-attributes.js";

/** Where decisions are recorded. */
export interface RecordDecisionsOptions {
  /** Default: of the global meter provider, whenever one is registered. */
  readonly meter?: Meter | undefined;
  /** Default: of the global tracer provider, whenever one is registered. */
  readonly tracer?: Tracer | undefined;
}

const SCOPE = "@caracalai/transport-mcp";

/** Far more tools and prompts than a server has; further ones share a series. */
const MAX_NAMES_ON_METRIC = 256;

/** In seconds. From a verification with everything at hand to one that has to wait for fetches. */
const BUCKETS = [
  ...[0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

/**
 * An `onDecision` that records decisions with OpenTelemetry: the histogram
 * `caracal.mandate.verify.duration`, in seconds, and a span below the one that is active.
 *
 * Attributes are those of the semantic conventions for MCP where there are any, else `caracal.…`.
 * What fails in here is told to OpenTelemetry's `diag`, and to nobody else.
 *
 * @throws ConfigurationError for an option that is malformed or unknown
 */
export function recordDecisions(
  options: RecordDecisionsOptions = {},
): (decision: Decision) => void {
  rejectUnknownNames("recordDecisions", options, ["meter", "tracer"]);
  const meter = readObject("meter", options.meter, ["createHistogram"]);
  const tracer = readObject("tracer", options.tracer, ["startSpan"]);
  const histogram = meter === undefined ? globalHistogram() : always(createHistogram(meter));
  const nameOf = firstNames(MAX_NAMES_ON_METRIC);

  return (decision) => {
    attempt(() =>
      histogram().record(decision.durationMs / 1_000, metricAttributes(decision, nameOf)),
    );
    attempt(() => recordSpan(tracer ?? trace.getTracer(SCOPE), decision));
  };
}

/** A decision is over when it is heard of: its span is written as a whole. */
function recordSpan(tracer: Tracer, decision: Decision): void {
  // SDKs start spans at whole milliseconds: rounded up, this one starts no earlier than its parent.
  const startTime = Math.ceil(Date.now() - decision.durationMs);
  const name = decision.stage === "request" ? "verify mandate" : "recheck mandate";
  const span = tracer.startSpan(name, { startTime, attributes: spanAttributes(decision) });
  if (decision.outcome === "unavailable") span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(startTime + decision.durationMs);
}

function createHistogram(meter: Meter): Histogram {
  return meter.createHistogram("caracal.mandate.verify.duration", {
    description: "Duration of the verification of a mandate, whatever it ends in.",
    unit: "s",
    advice: { explicitBucketBoundaries: BUCKETS },
  });
}

/** A meter that was asked for before its provider was registered would never record anything. */
function globalHistogram(): () => Histogram {
  let provider: MeterProvider | undefined;
  let histogram: Histogram;
  return () => {
    const current = metrics.getMeterProvider();
    if (current !== provider) {
      histogram = createHistogram(current.getMeter(SCOPE));
      provider = current;
    }
    return histogram;
  };
}

function always<T>(value: T): () => T {
  return () => value;
}

/** The first names that come up, so many; the conventions have `_OTHER` for the rest. */
function firstNames(limit: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.size < limit) known.add(name);
    return known.has(name) ? name : "_OTHER";
  };
}

function attempt(record: () => void): void {
  try {
    record();
  } catch (error) {
    diag.error(`${SCOPE}: a decision was not recorded`, error);
  }
}
