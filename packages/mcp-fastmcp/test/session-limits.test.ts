import { describe, expect, test, vi } from "vitest";
import { Sessions } from "../src/sessions.js";
import { type Fields, send } from "./support/http.js";
import { callTool, initialize } from "./support/messages.js";
import type { AtEnd } from "./support/module-process.js";
import { bearer, listen, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { sampleServer } from "./support/sample-server.js";
import { type Running, startForTest } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

quietForFile();
const sts = await stsOfFile();
const verifier = verifierFor(sts);
const tokenOf = (sub: string) => sts.mint({ sub });

/** Opens a session of someone; what comes out are the headers of its next requests. */
async function open(running: Running, sub: string): Promise<Fields> {
  const token = tokenOf(sub);
  return { ...(await openSession(running, token)), ...bearer(token) };
}

const start = (maxSessions: number, atEnd: AtEnd) =>
  startForTest(sampleServer(verifier, {}, { maxSessions }).server, "stateful", atEnd);

function statusesOf({ url }: Running, sessions: readonly Fields[]): Promise<number[]> {
  const calls = sessions.map((headers) => post(url, callTool("whoami"), headers));
  return Promise.all(calls.map(async (call) => (await call).status));
}

describe.concurrent("where there are too many", () => {
  test("whoever opens one more loses the one of theirs that was unused for longest", async ({
    onTestFinished,
  }) => {
    const running = await start(3, onTestFinished);
    const [ada1, ada2, bob] = [
      await open(running, "ada"),
      await open(running, "ada"),
      await open(running, "bob"),
    ] as const;
    const stream = await listen(running.url, ada2);
    expect(await statusesOf(running, [ada1])).toEqual([200]);
    const ada3 = await open(running, "ada");
    expect(await statusesOf(running, [ada1, ada2, ada3, bob])).toEqual([200, 404, 200, 200]);
    await stream.ended;
    expect((await send(running.url, { method: "DELETE", headers: ada2 })).status).toBe(404);
  });

  test("whoever has none takes the place of the one that was unused for longest", async ({
    onTestFinished,
  }) => {
    const running = await start(2, onTestFinished);
    const [ada, bob] = [await open(running, "ada"), await open(running, "bob")] as const;
    expect(await statusesOf(running, [ada])).toEqual([200]);
    const cid = await open(running, "cid");
    expect(await statusesOf(running, [ada, bob, cid])).toEqual([200, 404, 200]);
  });

  test("who is refused opens none, and closes none", async ({ onTestFinished }) => {
    const running = await start(1, onTestFinished);
    const ada = await open(running, "ada");
    const forged = sts.mint({ sub: "bob" }, { signWith: "foreign" });
    for (const token of [undefined, forged]) {
      expect((await post(running.url, initialize, bearer(token))).status).toBe(401);
    }
    expect(await statusesOf(running, [ada])).toEqual([200]);
  });
});

describe.concurrent("a session that is over is forgotten", () => {
  const forgotten = vi.spyOn(Sessions.prototype, "forget");

  test("when its client ends it: its place is free", async ({ onTestFinished }) => {
    const running = await start(2, onTestFinished);
    const [bob, ada] = [await open(running, "bob"), await open(running, "ada")] as const;
    expect((await send(running.url, { method: "DELETE", headers: ada })).status).toBe(200);
    expect(forgotten.mock.calls).toContainEqual([ada["mcp-session-id"]]);
    const cid = await open(running, "cid");
    expect(await statusesOf(running, [ada, bob, cid])).toEqual([404, 200, 200]);
  });

  test("when the server stops", async ({ onTestFinished }) => {
    const { server } = sampleServer(verifier);
    const running = await startForTest(server, "stateful", onTestFinished);
    const sessions = await Promise.all([open(running, "ada"), open(running, "bob")]);
    await server.stop();
    for (const headers of sessions) {
      expect(forgotten.mock.calls).toContainEqual([headers["mcp-session-id"]]);
    }
  });
});

describe("the table", async () => {
  const principals = await Promise.all(
    ["ada", "bob", "cid"].map(async (sub) => {
      const result = await verifier.authenticate(tokenOf(sub));
      if (!result.ok) throw result.error;
      return result.principal;
    }),
  );
  const [ada, bob, cid] = principals as [(typeof principals)[0], ...typeof principals];

  test("never holds more than it may, whatever comes", () => {
    const sessions = new Sessions(10);
    const live = new Set<string>();
    for (let each = 0; each < 1_000; each += 1) {
      const id = `session ${each}`;
      sessions.open(id, principals[(each * 7) % 3] ?? ada, () => live.delete(id));
      live.add(id);
      if (each % 5 === 0) sessions.touch(`session ${each - 3}`);
      expect(live.size).toBeLessThanOrEqual(10);
    }
    expect(live.size).toBe(10);
    for (const id of live)
      expect([ada, bob, cid].filter((one) => one && !sessions.isForeign(id, one))).toHaveLength(1);
  });

  test("knows nobody's session as nobody's", () => {
    const sessions = new Sessions(1);
    sessions.touch("none");
    sessions.forget("none");
    expect(sessions.isForeign("none", ada)).toBe(false);
  });
});
