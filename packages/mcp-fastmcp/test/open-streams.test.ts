import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { protectServer } from "@caracalai/mcp-fastmcp";
import { MandateError } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { Fields, Stream } from "./support/http.js";
import { callTool, repliesIn, textOf } from "./support/messages.js";
import { moduleFile, readText, runFile } from "./support/module-process.js";
import { bearer, listen, openSession, post, postForStream } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { refusalIn } from "./support/refusal.js";
import { serverOptions } from "./support/sample-server.js";
import { type Mode, type Running, startForFile, startForTest } from "./support/start-server.js";
import { watchedStore } from "./support/stores.js";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F6: FastMCP goes on delivering after the mandate of a stream has ended.

/** Promised is one second; a busy machine gets more. */
const WITHIN_MS = 3_000;

quietForFile();
const sts = await stsOfFile();

/** A call that is under way: who asked for it sees its stream, the test sees its signal. */
interface UnderWay {
  readonly signal: AbortSignal;
  /** Lets it come to its end. */
  readonly finish: () => void;
}

function startServer(withSubscription: boolean) {
  const store = watchedStore({ withSubscription });
  const underWay = new Map<string, UnderWay>();
  const verifier = verifierFor(sts, { revocations: store });
  const server = new FastMCP(protectServer(serverOptions, { verifier }));
  server.addTool({ name: "whoami", execute: async (_, { session }) => `${session?.sub}` });
  server.addTool({
    name: "work",
    parameters: z.object({ id: z.string() }),
    // It does not listen to its signal: what it says in the end is not to be heard.
    execute: async ({ id }, { signal, streamContent }) => {
      await streamContent({ type: "text", text: "working" });
      return new Promise<string>((resolve) => {
        underWay.set(id, { signal, finish: () => resolve(`the result of ${id}`) });
      });
    },
  });
  return { server, store, underWay };
}

/** Until what is said in the end has been sent, to whom it may. */
async function finish(work: UnderWay): Promise<void> {
  work.finish();
  await sleep(50);
}

async function endsWithin(stream: Pick<Stream, "ended">, ms: number): Promise<boolean> {
  return Promise.race([stream.ended.then(() => true), sleep(ms, false)]);
}

/** A session, and the stream on which its server speaks. */
async function openStreamOf(running: Running, token: string, by: string = token) {
  const session = await openSession(running, by);
  const headers: Fields = { ...session, ...bearer(token) };
  const stream = await listen(running.url, headers);
  expect(stream.status).toBe(200);
  return { headers, session, stream };
}

describe.concurrent.each([
  ["a store that tells of revocations", true],
  ["a store that has to be asked", false],
])("%s", async (_name, withSubscription) => {
  const { server, store, underWay } = startServer(withSubscription);
  const running = await startForFile(server, "stateful");
  const bob = await openStreamOf(running, sts.mint({ sub: "bob" }));
  const isBobStillThere = async () => {
    const { replies } = await post(running.url, callTool("whoami"), bob.headers);
    return bob.stream.isOpen() && replies.map(textOf).join() === "bob";
  };

  test("a revocation ends the streams of its mandate, and no other", async () => {
    const sid = randomUUID();
    const [ada, other] = await Promise.all([
      openStreamOf(running, sts.mint({ sub: "ada", sid })),
      openStreamOf(running, sts.mint({ sub: "ada" })),
    ]);
    await sleep(600);
    expect([ada.stream.isOpen(), other.stream.isOpen()]).toEqual([true, true]);
    await store.markRevoked(sid);
    expect(await endsWithin(ada.stream, WITHIN_MS)).toBe(true);
    expect([other.stream.isOpen(), await isBobStillThere()]).toEqual([true, true]);
    expect((await post(running.url, callTool("whoami"), ada.headers)).status).toBe(401);
    other.stream.close();
  });

  test("its expiry ends a stream", async () => {
    const ada = { sub: "ada" };
    const session = await openSession(running, sts.mint(ada));
    const exp = nowSeconds() + 2;
    const headers = { ...session, ...bearer(sts.mint({ ...ada, exp })) };
    const stream = await listen(running.url, headers);
    expect(await endsWithin(stream, 2_000 + WITHIN_MS)).toBe(true);
    expect(nowSeconds()).toBeGreaterThanOrEqual(exp);
    expect((await post(running.url, callTool("whoami"), headers)).status).toBe(401);
    expect(await isBobStillThere()).toBe(true);
    // The session is hers still, by a mandate that holds.
    const { replies } = await post(running.url, callTool("whoami"), {
      ...session,
      ...bearer(sts.mint(ada)),
    });
    expect(replies.map(textOf)).toEqual(["ada"]);
  });

  test("a stream that is over is watched no longer", async () => {
    const [sid, callsSid] = [randomUUID(), randomUUID()];
    const { session, stream } = await openStreamOf(running, sts.mint({ sub: "ada", sid }));
    const call = { ...session, ...bearer(sts.mint({ sub: "ada", sid: callsSid })) };
    await post(running.url, callTool("whoami"), call);
    const asked = store.questionsAbout(sid);
    await vi.waitUntil(() => store.questionsAbout(sid) > asked, { timeout: 5_000 });
    stream.close();
    // One that was asked for by then may be counted still.
    await sleep(100);
    const [atEnd, callsAtEnd] = [store.questionsAbout(sid), store.questionsAbout(callsSid)];
    await sleep(1_200);
    expect(store.questionsAbout(sid)).toBe(atEnd);
    expect(store.questionsAbout(callsSid)).toBe(callsAtEnd);
  });

  test.each(["before", "after"])(
    "what a call was about to say goes to nobody, who comes back %s it is said",
    async (moment) => {
      const sid = randomUUID();
      const ada = { sub: "ada" };
      const session = await openSession(running, sts.mint(ada));
      const headers = { ...session, ...bearer(sts.mint({ ...ada, sid })) };
      const id = randomUUID();
      const answer = await postForStream(running.url, callTool("work", { id }), headers);
      const work = await vi.waitUntil(() => underWay.get(id), { timeout: 5_000 });
      const lastEventId = await vi.waitUntil(() => /(?<=^id: ).+$/m.exec(answer.text())?.[0]);
      await store.markRevoked(sid);
      expect(await endsWithin(answer, WITHIN_MS)).toBe(true);
      if (moment === "after") await finish(work);
      const fresh = { ...session, ...bearer(sts.mint(ada)), "last-event-id": lastEventId };
      const stream = await listen(running.url, fresh);
      expect(stream.status).toBe(200);
      if (moment === "before") await finish(work);
      const reply = await vi.waitUntil(() =>
        repliesIn(stream.text()).find((each) => each.id === 1),
      );
      expect(reply.result?.isError).toBe(true);
      expect(refusalIn(`${textOf(reply)}`).error).toBe("session_revoked");
      expect(answer.text() + stream.text()).not.toContain("the result of");
      stream.close();
    },
  );
});

describe.concurrent.each<Mode>(["stateless", "stateful"])("a call under way, %s", async (mode) => {
  const { server, store, underWay } = startServer(true);
  const running = await startForFile(server, mode);
  const sessions = new Map(
    await Promise.all(
      ["ada", "bob"].map(
        async (sub) => [sub, await openSession(running, sts.mint({ sub }))] as const,
      ),
    ),
  );

  async function begin(claims: { readonly sub: string; sid?: string; exp?: number }) {
    const id = randomUUID();
    const headers = { ...sessions.get(claims.sub), ...bearer(sts.mint(claims)) };
    const body = { ...callTool("work", { id }), id: nextId() };
    const answer = await postForStream(running.url, body, headers);
    const work = await vi.waitUntil(() => underWay.get(id), { timeout: 5_000 });
    return { answer, work };
  }
  let last = 0;
  const nextId = () => {
    last += 1;
    return last;
  };

  test.each<
    readonly [string, () => Promise<{ ada: Awaited<ReturnType<typeof begin>>; reason: object }>]
  >([
    [
      "is revoked",
      async () => {
        const sid = randomUUID();
        const ada = await begin({ sub: "ada", sid });
        await store.markRevoked(sid);
        return { ada, reason: { code: "session_revoked", check: "revocation" } };
      },
    ],
    [
      "expires",
      async () => ({
        ada: await begin({ sub: "ada", exp: nowSeconds() + 2 }),
        reason: { code: "invalid_token", check: "expiry" },
      }),
    ],
  ])(
    "is told by its signal when its mandate %s, and its result is not delivered",
    async (_, end) => {
      const bob = await begin({ sub: "bob" });
      const { ada, reason } = await end();
      expect(await endsWithin(ada.answer, 2_000 + WITHIN_MS)).toBe(true);
      expect(ada.work.signal.aborted).toBe(true);
      expect(ada.work.signal.reason).toBeInstanceOf(MandateError);
      expect(ada.work.signal.reason).toMatchObject(reason);
      ada.work.finish();

      expect(bob.work.signal.aborted).toBe(false);
      expect(bob.answer.isOpen()).toBe(true);
      bob.work.finish();
      expect(await endsWithin(bob.answer, WITHIN_MS)).toBe(true);
      expect(bob.answer.text()).toContain("the result of");
      expect(ada.answer.text()).not.toContain("the result of");
    },
  );
});

describe.concurrent("a store that has no answer", () => {
  test("once: everything goes on", async ({ onTestFinished }) => {
    const { server, store } = startServer(false);
    const running = await startForTest(server, "stateful", onTestFinished);
    const sid = randomUUID();
    const { stream } = await openStreamOf(running, sts.mint({ sid }));
    const asked = store.questionsAbout(sid);
    store.failures = 1;
    await vi.waitUntil(() => store.questionsAbout(sid) > asked + 2, { timeout: 10_000 });
    expect([store.failures, stream.isOpen()]).toEqual([0, true]);
    stream.close();
  });

  test("for a second: everything ends, for nobody knows who was revoked", async ({
    onTestFinished,
  }) => {
    const { server, store, underWay } = startServer(false);
    const running = await startForTest(server, "stateful", onTestFinished);
    const [ada, bob] = await Promise.all([
      openStreamOf(running, sts.mint({ sub: "ada" })),
      openStreamOf(running, sts.mint({ sub: "bob" })),
    ]);
    const id = randomUUID();
    const call = await postForStream(running.url, callTool("work", { id }), bob.headers);
    const { signal } = await vi.waitUntil(() => underWay.get(id), { timeout: 5_000 });
    store.failures = Number.POSITIVE_INFINITY;
    for (const stream of [ada.stream, bob.stream, call]) {
      expect(await endsWithin(stream, WITHIN_MS)).toBe(true);
    }
    expect(signal.reason).toMatchObject({ code: "verification_unavailable" });
    store.failures = 0;
    const back = await listen(running.url, ada.headers);
    expect(back.status).toBe(200);
    back.close();
  });
});

test.concurrent("nothing that is watched keeps a process alive", async ({ onTestFinished }) => {
  const env = { ISSUER: sts.issuer, TOKEN: sts.mint() };
  const file = moduleFile(readText("children/watching.ts"), onTestFinished);
  const { ended } = runFile(file, env, [], onTestFinished);
  expect(await ended).toEqual({ code: 0, stdout: "watching\n", stderr: "" });
});
