import { setTimeout as sleep } from "node:timers/promises";
import { currentPrincipal } from "@caracalai/mcp-fastmcp";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { send } from "./support/http.js";
import { callTool, textOf } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { sampleServer } from "./support/sample-server.js";
import { startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const strong = sts.mint({ sub: "ada", scope: "notes:write" });
const weak = sts.mint({ sub: "ada", scope: "" });

const { server } = sampleServer(verifierFor(sts));
server.addTool({
  name: "scope_after",
  parameters: z.object({ waitMs: z.number() }),
  execute: async ({ waitMs }) => {
    await sleep(waitMs);
    return `scope: ${currentPrincipal().scope}`;
  },
});
const running = await startForFile(server, "stateful");
const EVENTS = { accept: "text/event-stream" };

describe("on one session, by two mandates of one caller", () => {
  test("a request is not answered on the stream of another with its id", async () => {
    const session = await openSession(running, strong);
    const first = post(running.url, callTool("scope_after", { waitMs: 800 }, 77), {
      ...session,
      ...bearer(strong),
    });
    await sleep(200);
    const second = await post(running.url, callTool("scope_after", { waitMs: 0 }, 77), {
      ...session,
      ...bearer(weak),
    });
    expect([second.status, JSON.parse(second.text).error.code]).toEqual([400, -32_600]);
    expect(second.text).not.toContain("notes:write");
    expect((await first).replies.map(textOf)).toEqual(["scope: notes:write"]);

    // Once it was answered, an id may be used again.
    const third = await post(running.url, callTool("scope_after", { waitMs: 0 }, 77), {
      ...session,
      ...bearer(weak),
    });
    expect(third.replies.map(textOf)).toEqual(["scope: "]);
  });

  test("what was sent to a stronger one is not sent again to a weaker one", async () => {
    const session = await openSession(running, strong);
    const answer = await post(running.url, callTool("whoami"), { ...session, ...bearer(strong) });
    const [eventId] = [...answer.text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id);
    const resume = { ...EVENTS, ...session, "last-event-id": eventId };
    const refused = await send(running.url, { headers: { ...resume, ...bearer(weak) } });
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain("ada");
  });

  test("once both have used it, it is resumed by neither", async () => {
    const session = await openSession(running, strong);
    const answer = await post(running.url, callTool("whoami"), { ...session, ...bearer(strong) });
    await post(running.url, callTool("whoami", {}, 2), { ...session, ...bearer(weak) });
    const [eventId] = [...answer.text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id);
    const resume = { ...EVENTS, ...session, "last-event-id": eventId };
    const refused = await send(running.url, { headers: { ...resume, ...bearer(strong) } });
    expect(refused.status).toBe(400);
  });
});

test("a session goes on where it was, with a refreshed mandate of as much authority", async () => {
  const session = await openSession(running, strong);
  const answer = await post(running.url, callTool("whoami"), { ...session, ...bearer(strong) });
  const [eventId] = [...answer.text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id);
  const refreshed = sts.mint({ sub: "ada", scope: "notes:write" });
  const ending = new AbortController();
  const resumed = await fetch(running.url, {
    headers: {
      ...EVENTS,
      "mcp-session-id": `${session["mcp-session-id"]}`,
      "last-event-id": `${eventId}`,
      authorization: `Bearer ${refreshed}`,
    },
    signal: ending.signal,
  });
  expect(resumed.status).toBe(200);
  ending.abort();
});
