import { setTimeout as sleep } from "node:timers/promises";
import { currentPrincipal } from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { callTool, getPrompt, readResource, textOf } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, type Running, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const CALLS = 800;
const SIDE_BY_SIDE = 40;

const sts = await stsOfFile();

/** Who a handler was told is calling, by every way there is. */
const told = (...principals: (Principal | undefined)[]) =>
  principals.map((principal) => `${principal?.sub} ${principal?.mandate.sid}`);

/** A server that asks again and again who is calling, with waits of many lengths in between. */
async function startAsking(mode: Mode): Promise<Running> {
  const seen = new Map<string, string[]>();
  const { server } = sampleServer(verifierFor(sts), {
    onToolCall: async ({ arguments: { id, waitMs } }) => {
      const before = told(currentPrincipal());
      await sleep(Number(waitMs ?? 0));
      seen.set(`${id}`, [...before, ...told(currentPrincipal())]);
    },
  });
  server.addTool({
    name: "ask",
    parameters: z.object({ id: z.string(), waitMs: z.number() }),
    execute: async ({ id, waitMs }, context) => {
      const before = told(context.session, currentPrincipal());
      await sleep(waitMs);
      const nested = await Promise.all([1, 2].map(async () => currentPrincipal()));
      const after = told(context.session, currentPrincipal(), ...nested);
      return [...(seen.get(id) ?? []), ...before, ...after].join("\n");
    },
  });
  return startForFile(server, mode);
}

/** How often a call of the server above is told who is calling. */
const TIMES_TOLD = 8;

// Where there are sessions, a caller's two mandates share one: FastMCP keeps the last that it saw.
describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startAsking(mode);
  const callers = await Promise.all(
    ["ada", "bob"].map(async (sub) => {
      const tokens = ["first", "second"].map((sid) => ({ sid, token: sts.mint({ sub, sid }) }));
      const session = await openSession(running, `${tokens[0]?.token}`);
      return tokens.map(({ sid, token }) => ({
        identity: `${sub} ${sid}`,
        headers: { ...session, ...bearer(token) },
      }));
    }),
  );
  const mandates = callers.flat();

  test(`${CALLS} calls of two callers side by side: every call knows its own`, async () => {
    const wrong: unknown[] = [];
    const callOneByOne = async (lane: number) => {
      for (let each = lane; each < CALLS; each += SIDE_BY_SIDE) {
        const { identity, headers } = mandates[(each * 7) % 4] ?? {};
        const args = { id: `${each}`, waitMs: (each * 3) % 5 };
        const { replies } = await post(running.url, callTool("ask", args, each), headers);
        const identities = `${replies.map(textOf)}`.split("\n");
        const isRight = identities.every((told) => told === identity);
        if (!isRight || identities.length !== TIMES_TOLD) wrong.push([identity, each, identities]);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, lane) => callOneByOne(lane)));
    expect(wrong).toEqual([]);
  });
});

describe("on one session, every call is judged by its own mandate", async () => {
  const { server, runs } = sampleServer(verifierFor(sts));
  const running = await startForFile(server, "stateful");
  const weak = sts.mint();
  const strong = sts.mint({ scope: "notes:write" });

  test.each([
    ["strong", strong],
    ["weak", weak],
  ])("opened with a %s one", async (_name, opener) => {
    const session = await openSession(running, opener);
    const statuses = async (token: string) => {
      const messages = [
        callTool("write", {}, 1),
        readResource("notes://write", 2),
        getPrompt("write_prompt", 3),
      ];
      const answers = messages.map((message) =>
        post(running.url, message, { ...session, ...bearer(token) }),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    runs.length = 0;
    expect(await statuses(weak)).toEqual([403, 403, 403]);
    expect(runs).toEqual([]);
    expect(await statuses(strong)).toEqual([200, 200, 200]);
    expect(runs).toHaveLength(3);
    expect(await statuses(weak)).toEqual([403, 403, 403]);
    expect((await post(running.url, callTool("write"), session)).status).toBe(401);
    expect(runs).toHaveLength(3);
  });
});
