import { FAMILIES } from "../plan/plan.js";
import { isFinding, type Outcome } from "./outcome.js";

const HEAD = [
  "fault",
  "trials",
  "with a finding",
  "revocations",
  "acknowledged",
  "lost by Redis, unread",
  "accepted",
  "refused",
  "unavailable",
  "latest acceptance, ms",
  "longest healing, ms",
];

/** The outcomes of a run as a Markdown table, a row for each family of faults. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = [...FAMILIES, undefined].map((family) => {
    const own = outcomes.filter((it) => family === undefined || it.family === family);
    const of = own.flatMap(({ summary }) => (summary === undefined ? [] : [summary]));
    const sum = (name: keyof (typeof of)[number]) => of.reduce((total, it) => total + it[name], 0);
    const most = (name: keyof (typeof of)[number]) => Math.max(0, ...of.map((it) => it[name]));
    const numbers = [
      own.length,
      own.filter(isFinding).length,
      ...(["sent", "acknowledged", "gone", "accepted", "refused", "unavailable"] as const).map(sum),
      most("latestMs"),
      most("healedMs"),
    ];
    return [family ?? "all", ...numbers.map((number) => number.toLocaleString("en"))];
  });
  const line = HEAD.map((_, at) => (at === 0 ? "---" : "---:"));
  return [HEAD, line, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
