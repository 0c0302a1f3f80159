import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes } from "../../examples/notes-server/test/support/modes.js";
import {
  environmentOf,
  startServer,
} from "../../examples/notes-server/test/support/start-server.js";
import { startSts } from "../../examples/notes-server/test/support/start-sts.js";
import { type Installed, installOnNode22 } from "../install-on-node-22.js";
import { freePort } from "../test-support/free-port.js";

// What a person sees who tries a protected server with the MCP inspector's command line.

const CLI = "@modelcontextprotocol/inspector/clients/launcher/build/index.js";

/** The codes that it ends with. */
const EXIT = { ok: 0, error: 1, authRequired: 3, notFound: 5 } as const;

const sts = await startSts();
const reader = sts.mint({ scope: "mcp:tool:call notes:read" });
const [stateful, stateless] = await Promise.all(
  modes.map(({ environment }) => startServer({ ...environmentOf(sts), ...environment })),
);
if (stateful === undefined || stateless === undefined) throw new Error("There are two modes");

let inspector: Installed;
let home: string;

// Installing from the registry takes as long as the network does.
beforeAll(async () => {
  inspector = await installOnNode22(new URL("./", import.meta.url));
  home = await mkdtemp(join(tmpdir(), "inspector-"));
}, 400_000);

afterAll(() => rm(home, { recursive: true, force: true }));

const list = ["--method", "tools/list"];
const callOf = (tool: string) => ["--method", "tools/call", "--tool-name", tool];
const bearer = (token: string) => ["--header", `Authorization: Bearer ${token}`];

function inspect(url: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return inspector.run(CLI, ["--cli", "--server-url", url, ...args], {
    home,
    env: { MCP_INSPECTOR_SECRET_STORE: "memory", ...env },
  });
}

/** What it shows a person: one line of JSON, the last that it writes. */
async function complaint(...args: Parameters<typeof inspect>) {
  const { code, stdout, stderr } = await inspect(...args);
  expect(stdout).toBe("");
  const { error } = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "");
  return { exit: code, code: error.code, message: error.message as string };
}

describe.each([
  ["stateful", stateful.url],
  ["stateless", stateless.url],
])("with a mandate, %s", (_mode, url) => {
  test("it lists the tools that the mandate suffices for", async () => {
    const { code, stdout } = await inspect(url, [...list, ...bearer(reader)]);
    expect(code).toBe(EXIT.ok);
    const { tools } = JSON.parse(stdout) as {
      readonly tools: readonly { readonly name: string }[];
    };
    expect(tools.map(({ name }) => name)).toStrictEqual(["whoami", "read_notes", "slow"]);
  });

  test("it calls a protected tool", async () => {
    const { code, stdout } = await inspect(url, [...callOf("read_notes"), ...bearer(reader)]);
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(stdout)).toStrictEqual({
      content: [{ type: "text", text: "1: Water the plants\n2: Call the bank" }],
    });
  });
});

describe("with a mandate that does not suffice", () => {
  const { url } = stateless;

  test("for a tool: there is no such tool", async () => {
    expect(await complaint(url, [...callOf("delete_notes"), ...bearer(reader)])).toStrictEqual({
      exit: EXIT.notFound,
      code: "tool_not_found",
      message: "Tool 'delete_notes' not found on server.",
    });
  });

  test("for anything: it names the scope that is missing", async () => {
    const weak = sts.mint({ scope: "notes:read" });
    expect(await complaint(url, [...list, ...bearer(weak)])).toStrictEqual({
      exit: EXIT.error,
      code: "error",
      message: 'Insufficient scope: required "mcp:tool:call"',
    });
  });

  test("because it expired: it says so, and repeats nothing of it", async () => {
    const expired = sts.mint({ iat: 1, exp: 2 });
    const { exit, code, message } = await complaint(url, [
      ...list,
      "--stored-auth-only",
      ...bearer(expired),
    ]);
    expect({ exit, code }).toStrictEqual({ exit: EXIT.authRequired, code: "auth_required" });
    expect(message).toContain("The token has expired.");
    expect(message).not.toContain(expired.slice(0, 20));
  });
});

describe("without a mandate", () => {
  test.each([
    ["list", list],
    ["call", callOf("read_notes")],
  ])(
    "%s: it says that one is needed, and what to do where there is no terminal",
    async (_what, args) => {
      const { exit, code, message } = await complaint(stateless.url, args);
      expect({ exit, code }).toStrictEqual({ exit: EXIT.authRequired, code: "auth_required" });
      expect(message).toMatch(/OAuth requires a TTY.* use --stored-auth-only/);
    },
  );

  test.each([
    ["list", list],
    ["call", callOf("read_notes")],
  ])("%s, without OAuth: it shows our own words, the hint too", async (_what, args) => {
    const { exit, code, message } = await complaint(stateless.url, [...args, "--stored-auth-only"]);
    expect({ exit, code }).toStrictEqual({ exit: EXIT.authRequired, code: "auth_required" });
    expect(JSON.parse(message.slice(message.indexOf("{")))).toStrictEqual({
      error: "missing_token",
      error_description: "Missing bearer token",
      error_hint: "The request has no Authorization header with a bearer token.",
    });
  });

  test("with OAuth: it finds the issuer, and says that it has to be known there", async () => {
    const port = await freePort();
    const audience = `http://127.0.0.1:${port}/mcp`;
    const { url } = await startServer({
      ...environmentOf(sts),
      CARACAL_AUDIENCE: audience,
      PORT: String(port),
      STATELESS: "1",
    });
    expect(url).toBe(audience);
    expect(await complaint(url, list, { MCP_AUTO_OPEN_ENABLED: "true" })).toStrictEqual({
      exit: EXIT.error,
      code: "error",
      message: "Incompatible auth server: does not support dynamic client registration",
    });
  });
});
