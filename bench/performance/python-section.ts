import { digits, tableOf } from "./markdown.js";

/** What `make bench-python` has written. */
export interface PythonResults {
  readonly commit: string;
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly {
    readonly name: string;
    readonly checks: string;
    /** Median, minimum and maximum over all rounds; of times the raw signature, in the same round. */
    readonly microseconds: readonly number[];
    readonly ratio: readonly number[];
  }[];
}

export function pythonSection({ commit, date, versions, rows }: PythonResults): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    "## Python",
    `By \`make bench-python\`: ${date}, commit ${commit.slice(0, 7)}; ${named.join(", ")}. In times the speed of the raw signature, as above, with minimum and maximum of all rounds.`,
    tableOf(
      ["", "µs", "x floor", "min", "max", "checks"],
      rows.map(({ name, checks, microseconds, ratio }) => [
        name,
        digits(microseconds[0] ?? Number.NaN),
        ...ratio.map(digits),
        checks,
      ]),
    ),
  ].join("\n\n");
}
