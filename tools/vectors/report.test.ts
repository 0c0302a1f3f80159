import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { judgeCorpora } from "./corpora/judge-corpora.js";
import { corporaArePresent } from "./corpora/load-corpora.js";
import { ATTACKS, DECISIONS } from "./report/coverage.js";
import { CORPORA_START, writeCorporaPart, writeVectorPart } from "./report/write-report.js";
import { loadVectors } from "./run/load-vectors.js";

const PAGE = "../../docs/vectors.md";
const files = loadVectors();
const ids = files.flatMap((file) => file.cases.map(({ id }) => id));

test("docs/vectors.md is up to date", async () => {
  const corpora = corporaArePresent ? writeCorporaPart(await judgeCorpora()) : corporaAsWritten();
  const page = `${writeVectorPart(files)}\n${corpora}`;
  await expect(page, "make vectors writes it anew").toMatchFileSnapshot(PAGE);
});

test("every attack on a token or a header, from 1 to 36, is tried", () => {
  expect(ATTACKS.map(([attack]) => attack)).toEqual(Array.from({ length: 36 }, (_, n) => n + 1));
  for (const [attack, , pattern] of ATTACKS) {
    expect(
      ids.some((id) => pattern.test(id)),
      `attack ${attack}`,
    ).toBe(true);
  }
});

test("every line of decision 0006 that is about a token is held", () => {
  const text = readFileSync(
    new URL("../../docs/decisions/0006-where-the-contract-is-silent.md", import.meta.url),
    "utf8",
  );
  expect(DECISIONS.length).toBe(text.match(/^- /gm)?.length);
  for (const [what, pattern] of DECISIONS) {
    if (pattern !== null)
      expect(
        ids.some((id) => pattern.test(id)),
        what,
      ).toBe(true);
  }
});

/** Without the corpora their part of the page can't be made: it stays. */
function corporaAsWritten(): string {
  const page = readFileSync(new URL(PAGE, import.meta.url), "utf8");
  return page.slice(page.indexOf(CORPORA_START));
}
