/**
 * The score of a mutation report in Stryker's JSON format, and what survived.
 *
 * @param {{ files: Record<string, { source: string, mutants: readonly object[] }> }} report
 */
export function readReport({ files }) {
  const counts = { killed: 0, timedOut: 0, survived: 0 };
  const survivors = [];
  for (const [file, { source, mutants }] of Object.entries(files)) {
    for (const mutant of mutants) {
      if (mutant.status === "Killed") counts.killed += 1;
      // The tests no longer end: nobody would take that for a success.
      if (mutant.status === "Timeout") counts.timedOut += 1;
      if (mutant.status === "Survived" || mutant.status === "NoCoverage") {
        counts.survived += 1;
        survivors.push({
          file,
          line: mutant.location.start.line,
          mutant: `${code(textAt(source, mutant.location))} → ${code(mutant.replacement)}`,
        });
      }
    }
  }
  return { counts, survivors };
}

/** The share of mutants that the tests noticed, in percent. */
export function scoreOf({ killed, timedOut, survived }) {
  const score = (100 * (killed + timedOut)) / (killed + timedOut + survived);
  return `${score.toFixed(2)} % (${killed} killed, ${timedOut} timed out, ${survived} survived)`;
}

/** What tells a survivor from others wherever its file moves it: not the line. */
export function keyOf({ file, mutant }) {
  return `${file} ${mutant}`;
}

/** The survivors that a table explains, each row `| file:line | mutant | reason |`. */
export function explainedIn(markdown) {
  const rows = markdown.split("\n").map((line) => line.split(/(?<!\\)\|/).map((it) => it.trim()));
  return new Set(
    rows.flatMap(([, place, mutant, reason]) =>
      reason ? [keyOf({ file: place.replaceAll("`", "").replace(/:\d+$/, ""), mutant })] : [],
    ),
  );
}

function textAt(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  return [lines[0].slice(start.column - 1), ...lines.slice(1)].join("\n");
}

/** As a cell of a table holds it, on one line. */
function code(text) {
  const line = text.replace(/\s+/g, " ");
  const short = line.length > 80 ? `${line.slice(0, 79)}…` : line;
  // A code span is fenced by more backticks than it holds in a row.
  const longest = Math.max(0, ...(short.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const room = longest > 0 ? " " : "";
  return `${fence}${room}${short.replaceAll("|", "\\|")}${room}${fence}`;
}
