import { readFile } from "node:fs/promises";
import process from "node:process";
import { expect, test, vi } from "vitest";
import { startRedis } from "../../revocation-redis/test/support/redis-server.js";
import { signatureKey } from "./support.js";

function read(path: string): Promise<string> {
  return readFile(new URL(path, import.meta.url), "utf8");
}

test.each([
  ["readme-snippet", () => import("./readme-snippet.js"), { good: expect.any(String) }],
  ["readme-events", withRedis(() => import("./readme-events.js")), { epoch: 1 }],
  ["readme-exchange", () => import("./readme-exchange.js"), { scope: "notes:read" }],
])("the README's snippet is the file %s, and the file runs", async (name, run, outcome) => {
  const snippet = await read(`./${name}.ts`);
  expect(await read("../README.md")).toContain(`\`\`\`ts\n${snippet}\`\`\`\n`);

  const log = vi.spyOn(console, "log").mockReturnValue(undefined);
  const notice = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await run();
  const printed = log.mock.calls;
  log.mockRestore();
  notice.mockRestore();
  expect(printed).toStrictEqual([
    [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), expect.objectContaining(outcome)],
  ]);
});

/** Runs what needs a Redis with one of its own, where both streams have an entry afterwards. */
function withRedis(run: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    const server = await startRedis();
    vi.stubEnv("REDIS_URL", server.url);
    vi.stubEnv("STREAM_KEY", signatureKey);
    await run();
    vi.unstubAllEnvs();
    for (const stream of ["caracal.sessions.revoke", "caracal.delegations.invalidate"]) {
      expect(await server.command("XLEN", stream)).toBe(1);
    }
    await server.stop();
  };
}
