import type { CorpusCase } from "../corpora/judge-corpora.js";
import { groupTable, table } from "../generate/count-table.js";
import type { Vector, VectorFile } from "../run/load-vectors.js";
import { ATTACKS, DECISIONS } from "./coverage.js";

const HEAD = `# Vectors and corpora

What the verifier is held against as data. \`make vectors\` writes the vectors and this page; \`make test\` runs all of it.

## Vectors

Cases of our own, in [\`vectors/\`](../vectors/README.md), that every implementation answers alike.
`;

const CORPORA = `## Published corpora

Read from \`../shared/wycheproof/\`, or the folder that \`CARACAL_CORPORA\` names; they are not part of the project. Where they are absent the tests say so and are skipped, but in CI they are required, and this part of the page stays as it was.

Each case ends at the signature, since payloads are no mandates. A case exercises ES256 where every key that it comes with names ES256 or P-256. All others are there to be refused: whatever the corpus says of them, ES256 is the only algorithm of a mandate.
`;

/** Where the part begins that needs the corpora. */
export const CORPORA_START = "<!-- corpora -->";

export function writeVectorPart(files: readonly VectorFile[]): string {
  const cases = files.flatMap((file) => file.cases);
  return [
    HEAD,
    groupTable(files),
    "\n### Outcomes\n",
    table(["outcome", "check", "cases"], outcomes(cases)),
    "\n### Attacks\n",
    "The attacks on a token or a header, by their numbers in the list that the project was given.\n",
    table(
      ["attack", "what", "cases", "accepted"],
      ATTACKS.map(([attack, what, ids]) => [attack, what, ...countOf(cases, ids)]),
    ),
    "\n### Decision 0006\n",
    table(
      ["line", "cases", "accepted"],
      DECISIONS.map(([what, ids]) => [
        what,
        ...(ids === null ? ["not about a token", ""] : countOf(cases, ids)),
      ]),
    ),
    "",
  ].join("\n");
}

function outcomes(cases: readonly Vector[]): readonly (readonly (string | number)[])[] {
  const counts = new Map<string, number>();
  for (const { expected } of cases) {
    const key = `${expected.outcome} ${expected.check ?? ""}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => {
      const [outcome = "", check = ""] = key.split(" ");
      return [`\`${outcome}\``, check && `\`${check}\``, count];
    });
}

function countOf(cases: readonly Vector[], ids: RegExp): [number, number] {
  const found = cases.filter(({ id }) => ids.test(id));
  return [found.length, found.filter(({ expected }) => expected.outcome === "ok").length];
}

export function writeCorporaPart(cases: readonly CorpusCase[]): string {
  const ambiguous = cases.filter(({ flags }) => flags.includes("Ambiguous"));
  return [
    CORPORA_START,
    CORPORA,
    table(
      [
        "corpus",
        "cases",
        "valid",
        "accepted",
        "false accepts",
        "false refusals",
        "refused by check",
      ],
      [...byCorpus(cases)].flatMap(([corpus, all]) => [
        row(`\`${corpus}\``, all),
        row(
          "of these ES256",
          all.filter(({ exercisesEs256 }) => exercisesEs256),
        ),
      ]),
    ),
    "\nValid counts what the corpus calls valid, of any algorithm. A false refusal is a valid case with ES256 that is refused; a false accept is any other case that is accepted.\n",
    `Ambiguous in the corpus, and refused as the strict side: ${ambiguous.map(describe).join("; ")}. A key set of ours can't hold the first (symmetric keys are dropped), and a key id that stands twice is disabled.`,
    "",
  ].join("\n");
}

function describe({ corpus, tcId, comment, flags, verdict }: CorpusCase): string {
  return `\`${corpus}\` ${tcId} (${comment}, ${flags[0]}): \`${verdict}\``;
}

function byCorpus(cases: readonly CorpusCase[]): ReadonlyMap<string, readonly CorpusCase[]> {
  const corpora = new Map<string, CorpusCase[]>();
  for (const one of cases) corpora.set(one.corpus, [...(corpora.get(one.corpus) ?? []), one]);
  return corpora;
}

function row(name: string, cases: readonly CorpusCase[]): readonly (string | number)[] {
  const isAccepted = ({ verdict }: CorpusCase) => verdict === "accepted";
  const isRight = ({ isValid, exercisesEs256 }: CorpusCase) => isValid && exercisesEs256;
  const checks = new Map<string, number>();
  for (const { verdict } of cases.filter((one) => !isAccepted(one))) {
    checks.set(verdict, (checks.get(verdict) ?? 0) + 1);
  }
  return [
    name,
    cases.length,
    cases.filter(({ isValid }) => isValid).length,
    cases.filter(isAccepted).length,
    cases.filter((one) => isAccepted(one) && !isRight(one)).length,
    cases.filter((one) => isRight(one) && !isAccepted(one)).length,
    [...checks].map(([check, count]) => `\`${check}\` ${count}`).join(", "),
  ];
}
