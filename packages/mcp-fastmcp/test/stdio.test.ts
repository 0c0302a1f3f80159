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

test.concurrent.for([["text"], ["function"]])(
  "by a mandate from a %s everything runs, and is told who is calling",
  async ([from = ""], { onTestFinished }) => {
    const child = await start({ MANDATE_FROM: from, TOKEN: writers }, onTestFinished);
    expect(await outcomes(child)).toEqual(all("ada sid-2"));
    expect(await lists(child)).toBe("open write revoke work open write open write");
    const hidden = child.client.callTool({ name: "hidden" });
    await expect(hidden).rejects.toThrow("Unknown tool: hidden");
  },
);

test.concurrent("by a mandate that lacks a scope, what needs it is refused and not listed", async ({
  onTestFinished,
}) => {
  const child = await start({ MANDATE_FROM: "text", TOKEN: everyones }, onTestFinished);
  expect(await outcomes(child)).toEqual({
    ...all("ada sid-1"),
    write: "insufficient_scope",
    "notes://write": "insufficient_scope",
    "prompt write": "insufficient_scope",
  });
  expect(await lists(child)).toBe("open revoke work open open");
});

test.concurrent.for<readonly [string, Record<string, string>, string]>([
  ["nothing", {}, "missing_token"],
  ["what throws", { MANDATE_FROM: "thrower", TOKEN: writers }, "missing_token"],
  ["what rejects", { MANDATE_FROM: "rejecter", TOKEN: writers }, "missing_token"],
  ["what is no text", { MANDATE_FROM: "liar" }, "missing_token"],
  ["what is empty", { MANDATE_FROM: "nobody" }, "missing_token"],
  ["junk", { MANDATE_FROM: "text", TOKEN: "a.b.c" }, "invalid_token"],
  [
    "an expired one",
    { MANDATE_FROM: "text", TOKEN: sts.mint({ iat: 1, exp: 2 }) },
    "invalid_token",
  ],
  [
    "a forged one",
    { MANDATE_FROM: "text", TOKEN: sts.mint({ scope: EVERYTHING }, { signWith: "foreign" }) },
    "invalid_token",
  ],
  [
    "one without the scope that everything needs",
    { MANDATE_FROM: "function", TOKEN: sts.mint({ scope: "notes:write" }) },
    "insufficient_scope",
  ],
])("by %s nothing runs", async ([, env, code], { onTestFinished }) => {
  const child = await start(env, onTestFinished);
  expect(await outcomes(child)).toEqual(all(code));
  await expect(child.client.listTools()).rejects.toThrow(code);
  await child.client.ping();
  expect(child.printed()).not.toContain("RAN");
  if (env.TOKEN !== undefined) expect(child.printed()).not.toContain(env.TOKEN);
});

test.concurrent("every call is judged anew: revoked, replaced, expired, gone", async ({
  onTestFinished,
}) => {
  const file = moduleFile(
    sts.mint({ sub: "ada", sid: "sid-1", scope: EVERYTHING }),
    onTestFinished,
  );
  const child = await start({ MANDATE_FROM: "file", TOKEN_FILE: file }, onTestFinished);
  const open = async () => (await outcomes(child)).open;
  expect(await open()).toBe("ada sid-1");
  await child.client.callTool({ name: "revoke" });
  expect(await outcomes(child)).toEqual(all("session_revoked"));

  writeFileSync(file, writers);
  expect(await outcomes(child)).toEqual(all("ada sid-2"));

  const exp = nowSeconds() + 2;
  writeFileSync(file, sts.mint({ sub: "ada", sid: "sid-3", exp }));
  expect(await open()).toBe("ada sid-3");
  await vi.waitUntil(() => nowSeconds() >= exp, { timeout: 5_000 });
  expect(await open()).toBe("invalid_token");

  rmSync(file);
  expect(await open()).toBe("missing_token");
});

test.concurrent("a call under way is told by its signal, and its result is withheld", async ({
  onTestFinished,
}) => {
  const token = sts.mint({ sid: randomUUID() });
  const child = await start({ MANDATE_FROM: "text", TOKEN: token }, onTestFinished);
  const result = await child.client.callTool({ name: "work" });
  expect(result.isError).toBe(true);
  expect(JSON.stringify(result)).toContain("session_revoked");
  expect(JSON.stringify(result)).not.toContain("worked");
  await vi.waitUntil(() => child.printed().includes("ABORTED session_revoked"));
});
