import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../packages/", import.meta.url);

/** Comments by which coverage and mutation testing look away. */
const LOOKS_AWAY = /\b(?:v8|c8|istanbul|node:coverage)\s+(?:ignore|disable)|\bStryker\s+disable/i;

const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) =>
  /^[^/]+\/(?:src|test)\/.+\.[cm]?[jt]s$/.test(path),
);

test("no coverage and no mutation score is helped by a comment", () => {
  expect(sources.length).toBeGreaterThan(150);
  const looksAway = (path: string) => LOOKS_AWAY.test(readFileSync(new URL(path, root), "utf8"));
  expect(sources.filter(looksAway)).toEqual([]);
});

test.each([
  "/* v8 ignore next */",
  "/* v8 ignore next -- @preserve */",
  "/* c8 ignore start */",
  "/* istanbul ignore else */",
  "/* node:coverage disable */",
  "// Stryker disable all",
  "// Stryker disable next-line StringLiteral: a reason",
])("%s is such a comment", (comment) => {
  expect(comment).toMatch(LOOKS_AWAY);
});
