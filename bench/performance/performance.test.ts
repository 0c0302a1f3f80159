import { expect, test } from "vitest";
import { loadResults } from "./load-results.js";
import { drawPlot } from "./plot.js";
import { filesOf, reportOf } from "./report.js";

const DOCS = "../../docs";
const measured = loadResults();

test("docs/performance.md says what was measured", async () => {
  const page = reportOf(measured);
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  await expect(page, "make performance writes it anew").toMatchFileSnapshot(
    `${DOCS}/performance.md`,
  );
});

test.each(Object.entries(filesOf(measured)))("docs/performance/%s shows it", async (name, svg) => {
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  await expect(svg, "make performance writes it anew").toMatchFileSnapshot(
    `${DOCS}/performance/${name}`,
  );
});

test("a plot has each point where its numbers are", () => {
  const points = [1, 10, 100].map((x) => ({ x, y: x }));
  const svg = drawPlot({
    title: "<a & b>",
    x: "x",
    y: "y",
    xScale: "log",
    lines: [{ name: "line", points }],
  });
  // Ten times as much is as far each time; up, it is as much as it is.
  expect(svg).toContain("M64 305.3L282 281.2L500 40");
  expect(svg).toContain("&lt;a &amp; b>");
});
