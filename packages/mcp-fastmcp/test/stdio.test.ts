import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, type TestContext, test, vi } from "vitest";
import { moduleFile, readText } from "./support/module-process.js";
import { nowSeconds, stsOfFile } from "./support/sts.js";

// Hazard F7: over stdio, FastMCP goes on where authentication fails.

const sts = await stsOfFile();
const EVERYTHING = "mcp:tool:call notes:write";
const everyones = sts.mint({ sub: "ada", sid: "sid-1" });
const writers = sts.mint({ sub: "ada", sid: "sid-2", scope: EVERYTHING });

interface Child {
  readonly client: Client;
  /** What the process has printed for its operator by now. */
  readonly printed: () => string;
}

async function start(
  env: Record<string, string>,
  atEnd: TestContext["onTestFinished"],
): Promise<Child> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [moduleFile(readText("children/process-server.ts"), atEnd)],
    env: { ISSUER: sts.issuer, ...env },
    stderr: "pipe",
  });
  let printed = "";
  transport.stderr?.on("data", (chunk) => {
    printed += chunk;
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  atEnd(() => client.close());
  await client.connect(transport);
  return { client, printed: () => printed };
}

/** What comes of everything that there is to call: what it told, or the code of the refusal. */
async function outcomes({ client }: Child): Promise<Record<string, string>> {
  const attempts: Record<string, Promise<unknown>> = {
    open: client.callTool({ name: "open" }),
    write: client.callTool({ name: "write" }),
    "notes://open": client.readResource({ uri: "notes://open" }),
    "notes://write": client.readResource({ uri: "notes://write" }),
    "prompt open": client.getPrompt({ name: "open" }),
    "prompt write": client.getPrompt({ name: "write" }),
  };
  const told = Object.entries(attempts).map(async ([name, attempt]) => {
    const outcome = await attempt.then(JSON.stringify, ({ message }) => message);
    const code = /\{\\?"error\\?":\\?"(\w+)/.exec(outcome)?.[1];
    return [name, code ?? /(ada (sid-\d)) \2/.exec(outcome)?.[1] ?? outcome] as const;
  });
  return Object.fromEntries(await Promise.all(told));
}

async function lists({ client }: Child): Promise<string> {
  const { tools } = await client.listTools();
  const { resources } = await client.listResources();
  const { prompts } = await client.listPrompts();
  return [...tools, ...resources, ...prompts].map(({ name }) => name).join(" ");
}

const all = (outcome: string) => ({
  open: outcome,
  write: outcome,
  "notes://open": outcome,
  "notes://write": outcome,
  "prompt open": outcome,
  "prompt write": outcome,
});

test.concurrent("by a mandate everything runs, and is told who is calling", async ({
  onTestFinished,
}) => {
  const child = await start({ TOKEN: writers }, onTestFinished);
  expect(await outcomes(child)).toEqual(all("ada sid-2"));
  expect(await lists(child)).toBe("open write revoke work open write open write");
  const hidden = child.client.callTool({ name: "hidden" });
  await expect(hidden).rejects.toThrow("Unknown tool: hidden");
});

test.concurrent("by no mandate nothing runs", async ({ onTestFinished }) => {
  const child = await start({}, onTestFinished);
  expect(await outcomes(child)).toEqual(all("missing_token"));
  await expect(child.client.listTools()).rejects.toThrow("missing_token");
  await child.client.ping();
  expect(child.printed()).not.toContain("RAN");
});

/** A source of a mandate, as code, and what comes of a call. */
const refused: readonly (readonly [string, string])[] = [
  [`() => { throw new Error("${writers}") }`, "verification_unavailable"],
  [`async () => { throw new Error("${writers}") }`, "verification_unavailable"],
  ["() => 7", "missing_token"],
  ["() => null", "missing_token"],
  ["() => {}", "missing_token"],
  [`() => ["${writers}"]`, "missing_token"],
  ['() => ""', "missing_token"],
  ["no code", "verification_unavailable"],
  ['() => "a.b.c"', "invalid_token"],
  [`() => "${sts.mint({ scope: EVERYTHING, iat: 1, exp: 2 })}"`, "invalid_token"],
  [`() => "${sts.mint({ scope: EVERYTHING }, { signWith: "foreign" })}"`, "invalid_token"],
  [`() => "${sts.mint({ scope: "notes:write" })}"`, "insufficient_scope"],
];

test.concurrent("every message is judged by what the process is told at that time", async ({
  onTestFinished,
}) => {
  const file = moduleFile(refused[0]?.[0] ?? "", onTestFinished);
  const tell = (code: string) => writeFileSync(file, code);
  const child = await start({ SOURCE_FILE: file }, onTestFinished);
  for (const [code, outcome] of refused) {
    tell(code);
    expect(await outcomes(child), code).toEqual(all(outcome));
    await expect(child.client.listTools()).rejects.toThrow(outcome);
  }
  expect(child.printed()).not.toContain("RAN");
  expect(child.printed()).not.toContain(writers);

  for (const code of [`() => "${writers}"`, `async () => "${writers}"`]) {
    tell(code);
    expect(await outcomes(child)).toEqual(all("ada sid-2"));
  }

  tell(`() => "${everyones}"`);
  expect(await outcomes(child)).toEqual({
    ...all("ada sid-1"),
    write: "insufficient_scope",
    "notes://write": "insufficient_scope",
    "prompt write": "insufficient_scope",
  });
  expect(await lists(child)).toBe("open revoke work open open");

  const exp = nowSeconds() + 2;
  const open = async () => (await outcomes(child)).open;
  tell(`() => "${sts.mint({ sub: "ada", sid: "sid-3", exp })}"`);
  expect(await open()).toBe("ada sid-3");
  await vi.waitUntil(() => nowSeconds() >= exp, { timeout: 5_000 });
  expect(await open()).toBe("invalid_token");

  tell(`() => "${writers}"`);
  await child.client.callTool({ name: "revoke" });
  expect(await outcomes(child)).toEqual(all("session_revoked"));

  rmSync(file);
  expect(await outcomes(child)).toEqual(all("verification_unavailable"));
});

test.concurrent("a call under way is told by its signal, and its result is withheld", async ({
  onTestFinished,
}) => {
  const token = sts.mint({ sid: randomUUID() });
  const child = await start({ TOKEN: token }, onTestFinished);
  const result = await child.client.callTool({ name: "work" });
  expect(result.isError).toBe(true);
  expect(JSON.stringify(result)).toContain("session_revoked");
  expect(JSON.stringify(result)).not.toContain("worked");
  await vi.waitUntil(() => child.printed().includes("ABORTED session_revoked"));
});
