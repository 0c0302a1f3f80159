import { readFileSync } from "node:fs";
import process from "node:process";
import { answers } from "@caracalai/transport-mcp";
import { trace } from "@opentelemetry/api";
import { expect, test, vi } from "vitest";
import { recorderFor, telemetryOfTest } from "./support/telemetry.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const readme = read("../README.md");

const SNIPPETS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["handle", () => import("./snippets/handle.js")],
  ["observe", () => import("./snippets/observe.js")],
];

test("the README's snippets are files that run", () => {
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([
    ...SNIPPETS.map(([name]) => read(`snippets/${name}.ts`)),
    read("mcp-sdk/snippets/protect.ts"),
  ]);
});

test.each(SNIPPETS)("the snippet %s prints what it says", async (name, run) => {
  const telemetry = telemetryOfTest();
  trace.setGlobalTracerProvider(telemetry.tracerProvider);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const notice = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await run();
  const printed = log.mock.calls.map((words) => words.join(" "));
  log.mockRestore();
  notice.mockRestore();
  trace.disable();

  const said = [...read(`snippets/${name}.ts`).matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  expect(printed.map((line, index) => line.startsWith(`${said[index]}`.replace("…", "")))).toEqual(
    said.map(() => true),
  );
  expect(telemetry.spans()).toHaveLength(name === "observe" ? said.length : 0);
});

test("the README's table of codes is the table in the source", () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (\d+) +\| (?:`error="(\w+)"`|none)/gm)];
  expect(
    Object.fromEntries(rows.map(([, code, status, error]) => [code, [status, error]])),
  ).toEqual(
    Object.fromEntries(
      Object.entries(answers).map(([code, { status, error }]) => [
        code,
        [`${status}`, error ?? undefined],
      ]),
    ),
  );
});

test("the README's table of attributes is what spans and metrics carry", async () => {
  const telemetry = telemetryOfTest();
  const record = recorderFor(telemetry);
  const unavailable = {
    outcome: "unavailable",
    code: "verification_unavailable",
    check: "revocations_unavailable",
    zoneId: "zone_dev",
    durationMs: 1,
    cached: false,
    stage: "request",
  } as const;
  for (const kind of ["tool", "resource", "resource_template", "prompt"] as const) {
    record({ ...unavailable, items: [{ kind, name: "a" }] });
  }
  const namesOf = (all: readonly object[]) => [...new Set(all.flatMap(Object.keys))].sort();
  const points = (await telemetry.histograms()).flatMap(({ dataPoints }) => dataPoints);

  const rows = [...readme.matchAll(/^\| `([\w.]+)` +\| (span|span and metric) +\|/gm)];
  const onSpan = rows.map(([, name]) => name);
  const onMetric = rows.filter(([, , where]) => where !== "span").map(([, name]) => name);
  expect(onSpan.sort()).toEqual(namesOf(telemetry.spans().map(({ attributes }) => attributes)));
  expect(onMetric.sort()).toEqual(namesOf(points.map(({ attributes }) => attributes)));
});
