import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { KEY, revoke } from "./support/events.js";
import { eventually } from "./support/eventually.js";
import { startRedis } from "./support/redis-server.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README's snippets are files that run", () => {
  const snippets = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([read("snippets/shared-store.ts"), read("snippets/replica.ts")]);
});

test("they share revocations, are ready, and stop", async () => {
  const server = await startRedis();
  vi.stubEnv("REDIS_URL", server.url);
  vi.stubEnv("STREAM_KEY", KEY);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const { revocations, isReady, stop } = await import("./snippets/shared-store.js");
  await eventually(isReady, "readiness");
  const { replica } = await import("./snippets/replica.js");
  await revoke(server, "session-1");
  await eventually(() => revocations.isRevoked("session-1"), "the revocation");
  await eventually(() => replica.isRevoked("session-1"), "the revocation in the replica");
  expect(log.mock.calls).toEqual([["new:", "anchor"]]);
  log.mockRestore();
  await replica.stop();
  await stop();
  expect(isReady()).toBe(false);
  vi.unstubAllEnvs();
  await server.stop();
});
