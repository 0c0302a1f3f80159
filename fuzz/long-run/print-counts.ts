/** Prints how often each kind of case ended in what, as a Markdown table. */
export function printCounts(counts: ReadonlyMap<string, number>): void {
  const split = [...counts].map(([name, count]) => [...name.split("|"), count] as const);
  const kinds = [...new Set(split.map(([kind]) => String(kind)))].sort();
  const words = [...new Set(split.map(([, word]) => String(word)))].sort();
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const cell = (kind: string, word: string) => counts.get(`${kind}|${word}`) ?? 0;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

  console.log(row(["outcome", ...kinds, "all"]));
  console.log(row(["---", ...kinds, "all"].map((_, at) => (at === 0 ? "---" : "---:"))));
  for (const word of words) {
    const cells = kinds.map((kind) => cell(kind, word));
    console.log(row([word, ...cells, sum(cells)]));
  }
  const totals = kinds.map((kind) => sum(words.map((word) => cell(kind, word))));
  console.log(row(["all", ...totals, sum(totals)]));
}
