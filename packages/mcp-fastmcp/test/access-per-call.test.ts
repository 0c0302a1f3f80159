import { protectServer, protectTool } from "@caracalai/mcp-fastmcp";
import { FastMCP } from "fastmcp";
import { describe, expect, test } from "vitest";
import { callTool, listTools, textOf } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { serverOptions, WRITE } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F2: FastMCP asks canAccess when a session opens, and never again.

quietForFile();
const sts = await stsOfFile();
const runs: string[] = [];
const noting = (name: string) => async () => {
  runs.push(name);
  return name;
};
const mayAdmin = ({ scopes }: { readonly scopes: readonly string[] }) =>
  scopes.includes("notes:admin");
const unclear = (): never => {
  throw new Error("cannot tell");
};
const tools = [
  { name: "open", execute: noting("open") },
  { name: "admin", canAccess: mayAdmin, execute: noting("admin") },
  protectTool(WRITE, { name: "write", execute: noting("write") }),
  protectTool(WRITE, { name: "both", canAccess: mayAdmin, execute: noting("both") }),
  { name: "unclear", canAccess: unclear, execute: noting("unclear") },
];

/** Mandates of one caller, and what each may use. */
const mandates = [
  { token: sts.mint({ scope: "other" }), may: ["open"] },
  { token: sts.mint({ scope: "notes:admin" }), may: ["open", "admin"] },
  { token: sts.mint({ scope: "notes:write" }), may: ["open", "write"] },
  {
    token: sts.mint({ scope: "notes:write notes:admin" }),
    may: ["open", "admin", "write", "both"],
  },
];
const names = ["open", "admin", "write", "both", "unclear"];

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const server = new FastMCP(protectServer(serverOptions, { verifier: verifierFor(sts) }));
  server.addTools(tools);
  const running = await startForFile(server, mode);
  const { url } = running;
  const sessions = await Promise.all(mandates.map(({ token }) => openSession(running, token)));

  /** Which tools ran, and which are listed, for a mandate on a session. */
  async function reached(session: (typeof sessions)[0], token: string) {
    const headers = { ...session, ...bearer(token) };
    runs.length = 0;
    for (const name of names) await post(url, callTool(name), headers);
    const [list] = (await post(url, listTools, headers)).replies;
    return { ran: [...runs], listed: list?.result?.tools?.map(({ name }) => name) };
  }

  test("whoever opened the session, what counts is the mandate of the call", async () => {
    for (const session of sessions) {
      for (const { token, may } of mandates) {
        expect(await reached(session, token)).toEqual({ ran: may, listed: may });
      }
    }
  });

  test("what is hidden is not told from what is not there", async () => {
    const [session = {}] = sessions;
    const headers = { ...session, ...bearer(mandates[0]?.token) };
    const answers = ["admin", "absent"].map(async (name) => {
      const { status, text } = await post(url, callTool(name), headers);
      return [status, text.replaceAll(name, "NAME").replace(/^id: .+$/m, "")];
    });
    const [hidden, absent] = await Promise.all(answers);
    expect(hidden).toEqual(absent);
  });

  test("a notification of a hidden call runs nothing", async () => {
    const [session = {}] = sessions;
    const { id: _, ...notification } = callTool("admin");
    runs.length = 0;
    const answer = await post(url, notification, { ...session, ...bearer(mandates[0]?.token) });
    expect([answer.status, answer.text]).toEqual([202, ""]);
    expect(runs).toEqual([]);
  });

  test("in a batch, each call is hidden or answered by itself", async () => {
    const [session = {}] = sessions;
    const batch = [callTool("open", {}, 1), callTool("admin", {}, 2), { ...listTools, id: 3 }];
    const { replies } = await post(url, batch, { ...session, ...bearer(mandates[0]?.token) });
    const byId = new Map(replies.map((reply) => [reply.id, reply]));
    expect([...byId.keys()].sort()).toEqual([1, 2, 3]);
    expect(byId.get(1)).toMatchObject({ result: { content: [{ text: "open" }] } });
    expect(textOf({ id: 2, ...byId.get(2) })).toContain("Unknown tool: admin");
    expect(byId.get(3)?.result?.tools).toMatchObject([{ name: "open" }]);
  });
});
