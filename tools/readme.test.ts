import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDevSts, type DevSts } from "@caracalai/dev-sts";
import { fromNodeRedis, RedisRevocationReplica } from "@caracalai/revocation-redis";
import { answers } from "@caracalai/transport-mcp";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { KEY, revoke } from "../packages/revocation-redis/test/support/events.js";
import { startRedis } from "../packages/revocation-redis/test/support/redis-server.js";
import { freePort } from "./test-support/free-port.js";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const readme = read("README.md");

test("the README's TypeScript is that of files which run", () => {
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([
    read("tools/snippets/protected-server.ts"),
    read("tools/snippets/many-instances.ts"),
    read("packages/mcp-fastmcp/test/snippets/seed-verifier.ts"),
  ]);
});

test("the README's table of codes is the table that answers are made from", () => {
  const rows = [...readme.matchAll(/^\| `([a-z_]+)` \|.*\| (\d{3}) \| (.*) \|$/gm)];
  const documented = rows.map(([, code, status, challenge]) => ({
    code,
    status: Number(status),
    error: /error="(\w+)"/.exec(challenge ?? "")?.[1] ?? null,
  }));
  expect(documented).toEqual(
    Object.entries(answers).map(([code, { status, error }]) => ({ code, status, error })),
  );
});

test("the README says what this is, what it is not, and what is checked in which order", () => {
  expect(readme).toMatch(/independent implementation of Caracal's wire format/);
  expect(readme).toMatch(/creates no agent sessions and no delegation edges/);
  const steps = [...readme.matchAll(/^\d\. \*\*(\w+)\*\*/gm)].map(([, step]) => step);
  expect(steps).toEqual([
    "Bearer",
    "Shape",
    "Key",
    "Signature",
    "Claims",
    "Authority",
    "Revocation",
  ]);
});

test("the README's make targets exist", () => {
  const makefile = read("Makefile");
  const targets = [...readme.matchAll(/^make ([a-z-]+)/gm)].map(([, target]) => target);
  expect(targets).toEqual(expect.arrayContaining(["demo", "test"]));
  for (const target of targets) expect(makefile).toMatch(new RegExp(`^${target}:`, "m"));
});

describe("the README's server", () => {
  let sts: DevSts;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    sts = await createDevSts({ zones: ["zone_prod"], announce: () => {} });
    const port = await freePort();
    url = `http://localhost:${port}/mcp`;
    const code = read("tools/snippets/protected-server.ts")
      .replace("https://sts.example.com", sts.issuer)
      .replace("8080", String(port));
    // Inside the checkout, so that package names resolve as they do for its users.
    const folder = new URL("node_modules/.cache/readme/", root);
    mkdirSync(folder, { recursive: true });
    const file = new URL("server.mjs", folder);
    writeFileSync(file, code);
    server = spawn(process.execPath, [fileURLToPath(file)], { stdio: "ignore" });
    await untilListening(url);
  });

  afterAll(async () => {
    if (server?.exitCode === null && server.kill()) await once(server, "exit");
    await sts?.close();
  });

  test.each([
    { mandate: "with the scope", scope: "notes:read", status: 200, text: "Notes of user_dev" },
    { mandate: "without the scope", scope: "other", status: 403, text: "insufficient_scope" },
  ])("answers $status to a mandate $mandate", async ({ scope, status, text }) => {
    const response = await call(url, { authorization: `Bearer ${sts.mint({ scope })}` });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(text);
  });

  test("answers 401 without a mandate", async () => {
    const response = await call(url, {});
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
  });
});

test("the README's revocations are shared by instances", async () => {
  const redis = await startRedis();
  // What the README says of the very first start.
  const client = createClient({ url: redis.url });
  await client.connect();
  const first = new RedisRevocationReplica({
    redis: fromNodeRedis(client),
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
  });
  await first.start();
  await first.stop();
  client.destroy();

  vi.stubEnv("REDIS_URL", redis.url);
  vi.stubEnv("STREAM_KEY", KEY);
  const { revocations, stop } = await import("./snippets/many-instances.js");
  await vi.waitFor(() => expect(revocations.ready).toBe(true), 10_000);
  await revoke(redis, "session_1");
  await vi.waitFor(() => expect(revocations.isRevoked("session_1")).toBe(true), 10_000);
  const isWritten = () => redis.command("EXISTS", "caracal:revoked:sessions:session_1");
  await vi.waitFor(async () => expect(await isWritten()).toBe(1), 10_000);
  await stop();
  expect(revocations.ready).toBe(false);
  vi.unstubAllEnvs();
  await redis.stop();
});

function call(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      ...headers,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "read_notes", arguments: {} },
    }),
  });
}

async function untilListening(url: string): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(50)) {
    const isUp = await call(url, {}).then(
      () => true,
      () => false,
    );
    if (isUp) return;
  }
  throw new Error("The README's server did not start");
}
