import { setTimeout as sleep } from "node:timers/promises";
import { currentPrincipal } from "@caracalai/mcp-fastmcp";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { callTool, getPrompt, readResource, textOf } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, type Running, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const CALLS = 200;
const SIDE_BY_SIDE = 10;

const sts = await stsOfFile();

/** A server that asks again and again who is calling, with waits of many lengths in between. */
async function startAsking(mode: Mode): Promise<Running> {
  const seen = new Map<string, string>();
  const { server } = sampleServer(verifierFor(sts), {
    onToolCall: async ({ arguments: { id, waitMs } }) => {
      await sleep(Number(waitMs ?? 0));
      seen.set(`${id}`, currentPrincipal().sub);
    },
  });
  server.addTool({
    name: "ask",
    parameters: z.object({ id: z.string(), waitMs: z.number() }),
    execute: async ({ id, waitMs }) => {
      const atStart = currentPrincipal().sub;
      await sleep(waitMs);
      const nested = await Promise.all([1, 2].map(async () => currentPrincipal().sub));
      return [seen.get(id), atStart, ...nested].join(" ");
    },
  });
  return startForFile(server, mode);
}

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startAsking(mode);
  const callers = await Promise.all(
    ["ada", "bob"].map(async (sub) => {
      const token = sts.mint({ sub });
      return { sub, headers: { ...(await openSession(running, token)), ...bearer(token) } };
    }),
  );

  test(`two callers, ${CALLS} calls each: every call knows its own`, async () => {
    const wrong: unknown[] = [];
    const callOneByOne = async (lane: number) => {
      for (let each = lane; each < CALLS; each += SIDE_BY_SIDE) {
        const outcomes = callers.map(async ({ sub, headers }) => {
          const args = { id: `${sub} ${each}`, waitMs: (each * 7) % 5 };
          const { replies } = await post(running.url, callTool("ask", args, each), headers);
          const told = replies.map(textOf).join();
          if (told !== `${sub} ${sub} ${sub} ${sub}`) wrong.push([sub, each, told]);
        });
        await Promise.all(outcomes);
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
