import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { send } from "./support/http.js";
import { callTool, listTools, textOf } from "./support/messages.js";
import { runFile, untilListening } from "./support/module-process.js";
import { bearer, openSession, post } from "./support/post.js";
import type { Running } from "./support/start-server.js";
import { stsOfFile } from "./support/sts.js";

// A program that requires FastMCP as CommonJS is protected as well.

const program = fileURLToPath(new URL("children/commonjs-server.cjs", import.meta.url));
const sts = await stsOfFile();
const [PORT, STATEFUL_PORT] = [`${await freePort()}`, `${await freePort()}`];
const env = { ISSUER: sts.issuer, PORT, STATEFUL_PORT };
const { child, ended } = runFile(program, env, [], afterAll);
const runningAt = (port: string, mode: Running["mode"]): Running => {
  const origin = `http://127.0.0.1:${port}`;
  return { mode, origin, url: `${origin}/mcp` };
};
await untilListening(runningAt(PORT, "stateless").url);

describe.each([
  ["stateless", runningAt(PORT, "stateless")],
  ["stateful", runningAt(STATEFUL_PORT, "stateful")],
])("%s", async (_mode, running) => {
  const everyones = sts.mint({ sub: "ada" });
  const writers = sts.mint({ sub: "ada", scope: "notes:write" });
  const session = await openSession(running, everyones);
  const ask = (message: Parameters<typeof post>[1], token?: string) =>
    post(running.url, message, { ...session, ...bearer(token) });

  test("each call is judged by its own mandate", async () => {
    expect((await ask(callTool("write"))).status).toBe(401);
    expect((await ask(callTool("write"), everyones)).status).toBe(403);
    expect((await ask(callTool("write"), writers)).replies.map(textOf)).toEqual(["WRITTEN"]);
    expect((await ask(callTool("whoami"), writers)).replies.map(textOf)).toEqual(["ada"]);
  });

  test("lists hold what their reader may use", async () => {
    const namesFor = async (token: string) => {
      const { replies } = await ask(listTools, token);
      return replies[0]?.result?.tools?.map(({ name }) => name);
    };
    expect(await namesFor(everyones)).toEqual(["whoami"]);
    expect(await namesFor(writers)).toEqual(["write", "whoami"]);
    const [hidden] = (await ask(callTool("hidden"), writers)).replies;
    expect(hidden?.error?.message).toContain("Unknown tool: hidden");
  });

  test("a session is its opener's", async () => {
    const bobs = sts.mint({ sub: "bob" });
    const headers = { ...session, ...bearer(bobs) };
    const statuses = [
      (await post(running.url, callTool("whoami"), headers)).status,
      (await send(running.url, { headers: { ...headers, accept: "text/event-stream" } })).status,
      (await send(running.url, { method: "DELETE", headers })).status,
    ];
    expect(statuses).toEqual(running.mode === "stateful" ? [404, 404, 404] : [200, 405, 405]);
    expect((await ask(callTool("whoami"), everyones)).replies.map(textOf)).toEqual(["ada"]);
  });
});

test("in memory nothing is let in", async () => {
  child.kill();
  expect((await ended).stderr).toContain("in memory: refused");
});
