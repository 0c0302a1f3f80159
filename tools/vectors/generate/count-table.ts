import type { VectorFile } from "./generate.js";

/** A table in Markdown. Numbers stand to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const align = head.map((_, index) => (typeof rows[0]?.[index] === "number" ? "---:" : "---"));
  return [head, align, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** How many vectors each group has, and how many of them are accepted. */
export function groupTable(
  files: Iterable<Pick<VectorFile, "cases"> & { readonly group: string }>,
): string {
  const groups = new Map<string, [files: number, cases: number, accepted: number, noIo: number]>();
  const sum: [number, number, number, number] = [0, 0, 0, 0];
  for (const { group, cases } of files) {
    const counts = groups.get(group) ?? [0, 0, 0, 0];
    const accepted = cases.filter(({ expected }) => expected.outcome === "ok").length;
    const noIo = cases.filter(({ io }) => io === "none").length;
    for (const [index, value] of [1, cases.length, accepted, noIo].entries()) {
      counts[index] = (counts[index] ?? 0) + value;
      sum[index] = (sum[index] ?? 0) + value;
    }
    groups.set(group, counts);
  }
  const rows = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return table(
    ["group", "files", "cases", "accepted", "refused without I/O"],
    [...rows, ["all", sum] as const].map(([group, counts]) => [group, ...counts]),
  );
}

const COUNTS = /(<!-- counts -->\n).*(<!-- end of counts -->)/s;

/**
 * A README with its table of counts as it has to be.
 *
 * @throws Error where it has no place for the table
 */
export function withCounts(readme: string, files: Iterable<VectorFile>): string {
  if (!COUNTS.test(readme)) throw new Error("The README has no place for the counts");
  return readme.replace(
    COUNTS,
    (_, before: string, after: string) => `${before}\n${groupTable(files)}\n\n${after}`,
  );
}
