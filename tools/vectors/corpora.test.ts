import { env } from "node:process";
import { describe, expect, test } from "vitest";
import { type CorpusCase, judgeCorpora } from "./corpora/judge-corpora.js";
import { CORPORA, corporaArePresent } from "./corpora/load-corpora.js";

const cases: readonly CorpusCase[] = corporaArePresent ? await judgeCorpora() : [];
const of = (corpus: string) => cases.filter((one) => one.corpus === corpus);

// The corpora are data of others and not part of the project: without them there is nothing to run.
const ABSENT = "the corpora are absent, see docs/vectors.md for where they are looked for";
const es256 = cases.filter(({ exercisesEs256 }) => exercisesEs256).length;
console.info(
  corporaArePresent
    ? `corpora: ${cases.length} cases judged, ${es256} of them of ES256`
    : `corpora: skipped, ${ABSENT}`,
);

test("in CI the corpora are there", () => {
  expect(corporaArePresent || env.CI !== "true", ABSENT).toBe(true);
});

describe.skipIf(!corporaArePresent)("published corpora", () => {
  test.each([
    [CORPORA.signatures, 401, 41],
    [CORPORA.keys, 26, 6],
    [CORPORA.ecdsa, 262, 262],
  ])("%s is complete", (corpus, all, ofEs256) => {
    expect(of(corpus).length).toBe(all);
    expect(of(corpus).filter(({ exercisesEs256 }) => exercisesEs256).length).toBe(ofEs256);
  });

  test.each(Object.values(CORPORA))("%s: nothing is accepted that is not valid ES256", (corpus) => {
    const accepted = of(corpus).filter(({ verdict }) => verdict === "accepted");
    expect(accepted.filter(({ isValid, exercisesEs256 }) => !(isValid && exercisesEs256))).toEqual(
      [],
    );
  });

  test.each(Object.values(CORPORA))("%s: nothing is refused that is valid ES256", (corpus) => {
    const valid = of(corpus).filter(({ isValid, exercisesEs256 }) => isValid && exercisesEs256);
    expect(valid.filter(({ verdict }) => verdict !== "accepted")).toEqual([]);
  });

  test("what is valid, but not with ES256, is refused for its algorithm", () => {
    const others = cases.filter(({ isValid, exercisesEs256 }) => isValid && !exercisesEs256);
    const checks = new Set(others.map(({ verdict }) => verdict));
    expect([...checks].sort()).toEqual(["algorithm", "encoding"]);
  });
});
