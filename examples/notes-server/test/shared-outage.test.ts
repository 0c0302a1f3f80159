import { setTimeout as sleep } from "node:timers/promises";
import { signEvent } from "@caracalai/revocation-redis";
import { expect, test, vi } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { callOf, post } from "./support/post.js";
import { addEvent, STREAM_KEY, sharing, startRedis } from "./support/start-redis.js";
import {
  type Environment,
  environmentOf,
  type RunningServer,
  runServer,
  startServer,
} from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

const SOON = { timeout: 30_000, interval: 50 };
/** How old the latest news may be (5 seconds), and a second. */
const WITHIN_STALENESS = { timeout: 6_000, interval: 50 };
const REVOCATIONS = "caracal.sessions.revoke";
const OK = { status: 200 };
const REVOKED = { status: 401, body: { error: "session_revoked" } };
const UNAVAILABLE = { status: 503, body: { error: "verification_unavailable" } };

const sts = await startSts();
const good = { ...environmentOf(sts), STATELESS: "1" };
const start = (environment: Environment) => startServer({ ...good, ...environment });
const answer = ({ url }: RunningServer, sid?: string) =>
  post(url, callOf("whoami"), sts.mint(sid === undefined ? {} : { sid }));

test.concurrent("a frozen Redis: 503 by the time that is promised, and 200 when it is back", async () => {
  const redis = await startRedis();
  const servers = await Promise.all([start(sharing(redis)), start(sharing(redis))]);
  const each = (check: (server: RunningServer) => Promise<void>, within: object) =>
    Promise.all(servers.map((server) => vi.waitFor(() => check(server), within)));
  await each(async (server) => expect(await answer(server)).toMatchObject(OK), SOON);

  redis.freeze();
  await each(async (server) => {
    const { status } = await answer(server);
    expect(status).toBe(503);
  }, WITHIN_STALENESS);
  for (const server of servers) expect(await answer(server)).toMatchObject(UNAVAILABLE);
  // Longer than the client waits for an answer before it gives its connection up.
  await sleep(6_000);
  for (const server of servers) expect(await answer(server)).toMatchObject(UNAVAILABLE);

  redis.thaw();
  await each(async (server) => expect(await answer(server)).toMatchObject(OK), SOON);
  // What writes the shared keys is back as well, not only what reads the streams.
  const body = { zone_id: "zone_dev", reason: "logout", session_id: "session_2" };
  const _sig = signEvent(REVOCATIONS, body, STREAM_KEY);
  await addEvent(redis, REVOCATIONS, { ...body, _sig });
  await vi.waitFor(async () => {
    expect(await redis.command("EXISTS", "caracal:revoked:sessions:session_2")).toBe(1);
  }, SOON);
  await each(
    async (server) => expect(await answer(server, "session_2")).toMatchObject(REVOKED),
    SOON,
  );

  // And they still end when they are told to.
  redis.freeze();
  const ends = await Promise.all(servers.map((server) => server.stop("SIGTERM")));
  expect(ends.map(({ code }) => code)).toStrictEqual([0, 0]);
  for (const { stderr } of ends) {
    expect(stderr).toContain("revocations are not known: stale\n");
    expect(stderr).toContain("revocations are known\n");
  }
});

test.concurrent("a Redis that is away at the start: it listens, refuses with 503, and serves when it is there", async () => {
  const port = await freePort();
  const server = await start(sharing({ url: `redis://127.0.0.1:${port}` }));
  expect(await answer(server)).toMatchObject(UNAVAILABLE);
  await startRedis({}, port);
  await vi.waitFor(async () => expect(await answer(server)).toMatchObject(OK), SOON);
  // It looks every 250 milliseconds whether there is news.
  await sleep(1_000);
  const { code, stdout, stderr } = await server.stop();
  expect([code, stdout]).toStrictEqual([0, `{"ready":true,"url":"${server.url}"}\n`]);
  expect(stderr).toMatch(
    /^notes-server: revocations are not known: Redis does not answer\n(?:.+\n)*notes-server: revocations are known\n/,
  );
});

test.concurrent("a Redis that was not there to tell at the start, and is not fit, is not used", async () => {
  const port = await freePort();
  const server = await start(sharing({ url: `redis://127.0.0.1:${port}` }));
  const redis = await startRedis(
    { settings: ["--maxmemory-policy", "allkeys-lru", "--maxmemory", "50mb"] },
    port,
  );
  await vi.waitFor(() => redis.command("PING"), SOON);
  await sleep(2_000);
  expect(await answer(server)).toMatchObject(UNAVAILABLE);
  // The operator puts it right.
  await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await vi.waitFor(async () => expect(await answer(server)).toMatchObject(OK), SOON);
  expect((await server.stop()).stderr).toContain(
    "notes-server: revocations are not known: redis: The server evicts",
  );
});

test.concurrent("a Redis that no server has used is watched for an hour before it is believed, unless it is said to be new", async () => {
  const redis = await startRedis();
  const { CARACAL_REDIS_NEW: _, ...notNew } = sharing(redis);
  const careful = await start(notNew);
  await sleep(3_000);
  expect(await answer(careful)).toMatchObject(UNAVAILABLE);
  // One that knows better tells the others.
  const first = await start(sharing(redis));
  for (const server of [first, careful]) {
    await vi.waitFor(async () => expect(await answer(server)).toMatchObject(OK), SOON);
  }
  expect((await careful.stop()).stderr).toContain("not known: unknown_history\n");
});

test.concurrent("unsigned events are believed where that is said", async () => {
  const redis = await startRedis();
  const server = await start({ ...sharing(redis), CARACAL_REVOCATION_KEYS: "unsigned" });
  await vi.waitFor(async () => expect(await answer(server, "session_1")).toMatchObject(OK), SOON);
  await addEvent(redis, REVOCATIONS, { session_id: "session_1" });
  await vi.waitFor(
    async () => expect(await answer(server, "session_1")).toMatchObject(REVOKED),
    SOON,
  );
});

test.concurrent("a Redis that wants a password: with it, it serves; with another, or none, it does not start", async () => {
  const redis = await startRedis();
  await redis.command("CONFIG", "SET", "requirepass", "open-sesame");
  const url = (password: string) => `redis://:${password}@${redis.host}:${redis.port}/0`;
  const server = await start(sharing({ url: url("open-sesame") }));
  await vi.waitFor(async () => expect(await answer(server)).toMatchObject(OK), SOON);
  const { stderr } = await server.stop();
  expect(stderr).not.toContain("sesame");
  for (const wrong of [url("close-sesame"), redis.url]) {
    expect(await runServer({ ...good, ...sharing({ url: wrong }) })).toStrictEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^notes-server: CARACAL_REDIS_URL: Redis does not permit [^\n]+\((?:WRONGPASS|NOAUTH)\)\.\n$/,
      ),
    });
  }
});

test.concurrent("a Redis that evicts revocations ends it with code 2 and one line that names the variable", async () => {
  const redis = await startRedis({
    settings: ["--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"],
  });
  expect(await runServer({ ...good, ...sharing(redis) })).toStrictEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^notes-server: CARACAL_REDIS_URL: The server evicts [^\n]+\n$/),
  });
});
