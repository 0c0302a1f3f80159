import { readFileSync } from "node:fs";
import type { Check, Results } from "./run-suite.js";

/** What the suite says of one server in one mode. */
export interface Column {
  readonly mode: string;
  readonly server: string;
  readonly results: Results;
}

const versionOf = (manifest: string): string =>
  JSON.parse(readFileSync(new URL(manifest, import.meta.url), "utf8")).version;
const { dependencies } = JSON.parse(
  readFileSync(new URL("package.json", import.meta.url), "utf8"),
) as { readonly dependencies: Readonly<Record<string, string>> };

const NAME = "@modelcontextprotocol/conformance";

/** The page about the suite: counts for each scenario, and what did not pass. */
export function writeReport(columns: readonly Column[]): string {
  const scenarios = [...new Set(columns.flatMap(({ results }) => [...results.keys()]))].sort();
  const rows = scenarios.map((scenario) =>
    row([scenario, ...columns.map(({ results }) => score(results.get(scenario) ?? []))]),
  );
  return `# What the official conformance suite says

\`make conformance\` writes this page. It runs the server scenarios of \`${NAME}\` ${dependencies[NAME]}, the pending ones too, against a server on FastMCP ${versionOf("../../node_modules/fastmcp/package.json")} ([\`tools/mcp-conformance/server\`](../tools/mcp-conformance/server)): without protection; and with protection, through a proxy that adds a mandate to each request. \`make test\` compares what the suite says of the two, check by check, and the answers that it saw: they are the same.

Passed, of what the suite passes or fails:

${row(["scenario", ...columns.map(({ mode, server }) => `${mode}, ${server}`)])}
${row(["---", ...columns.map(() => "---")])}
${rows.join("\n")}
${row(["all", ...columns.map(({ results }) => score([...results.values()].flat()))])}

## What does not pass

${row(["check", "says", "of"])}
${row(["---", "---", "---"])}
${shortcomings(columns).join("\n")}

None of it is protection's doing:

- FastMCP looks at neither \`Host\` nor \`Origin\`. The suite asks that of servers on localhost that let anyone in: a web page has no mandate to send.
- Without sessions, FastMCP has no stream for what is not an answer: a server can't ask the client, and what it logs gets lost.
- FastMCP gives a tool no means to close the stream of its call. To clients of protocol version 2025-03-26, which that scenario speaks, the MCP SDK sends no priming event.
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function score(checks: readonly Check[]): string {
  const passed = checks.filter(({ status }) => status === "SUCCESS").length;
  const failed = checks.filter(({ status }) => status === "FAILURE").length;
  return `${passed} of ${passed + failed}`;
}

/** Each failure and warning once, with all the servers of which it is said. */
function shortcomings(columns: readonly Column[]): string[] {
  const found = new Map<string, string[]>();
  for (const { mode, server, results } of columns) {
    for (const { id, status, errorMessage } of [...results.values()].flat()) {
      if (status !== "FAILURE" && status !== "WARNING") continue;
      const said = `| \`${id}\` | ${status.toLowerCase()}${errorMessage ? `: ${errorMessage}` : ""}`;
      found.set(said, [...(found.get(said) ?? []), `${mode}, ${server}`]);
    }
  }
  return [...found].map(([said, servers]) => `${said} | ${servers.join("; ")} |`).sort();
}
