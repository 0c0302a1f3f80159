import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { KEY, revoke } from "./support/events.js";
import { eventually } from "./support/eventually.js";
import { startRedis } from "./support/redis-server.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README's first snippet is a file that runs", () => {
  const [snippet] = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippet).toBe(read("snippets/shared-store.ts"));
});

test("it shares revocations, is ready, and stops", async () => {
  const server = await startRedis();
  vi.stubEnv("REDIS_URL", server.url);
  vi.stubEnv("STREAM_KEY", KEY);
  const { revocations, isReady, stop } = await import("./snippets/shared-store.js");
  await eventually(isReady, "readiness");
  await revoke(server, "session-1");
  await eventually(() => revocations.isRevoked("session-1"), "the revocation");
  await stop();
  expect(isReady()).toBe(false);
  vi.unstubAllEnvs();
  await server.stop();
});
