import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

const demo = fileURLToPath(new URL("../dist/main.js", import.meta.url));

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGTERM");
});

// By itself: it shows what has to happen within a second, and the others start eight servers at once.
test("all is as expected, and everything that was started has ended", async () => {
  const { output, ended } = start([]);
  const code = await ended;
  const verdicts = [...output().matchAll(/^(as expected|DIFFERENT) +(.+)$/gm)];
  expect(verdicts.map(([, verdict, name]) => [name, verdict])).toStrictEqual(
    [
      "three servers, one Redis",
      "one revocation, published once",
      "everybody else",
      "Redis is frozen (SIGSTOP)",
      "Redis is back (SIGCONT)",
    ].map((name) => [name, "as expected"]),
  );
  expect(output()).toMatch(/401 session_revoked from each, after \d+, \d+, \d+ ms\n/);
  expect(output()).toMatch(/\n5 of 5 as expected\n$/);
  expect(code).toBe(0);
  await expectAllEnded(output());
});

test.concurrent("a line that differs is shown, and is an exit code other than 0", async () => {
  const broken =
    'data:text/javascript,globalThis.fetch = () => Promise.reject(new Error("broken"))';
  const { output, ended } = start(["--import", broken]);
  expect(await ended).toBe(1);
  expect(output()).toMatch(/^DIFFERENT {4}one revocation/m);
  expect(output()).toMatch(/\n0 of 5 as expected\n$/);
  await expectAllEnded(output());
});

test.concurrent("told to end, it ends what it has started", async () => {
  const { output, ended, untilPrinted, terminate } = start([]);
  await untilPrinted("expected  401");
  terminate();
  expect(await ended).toBe(1);
  await expectAllEnded(output());
});

test.concurrent("where there is no Redis it says what to do, and fails", async () => {
  const { errors, ended } = start([], { PATH: "/nowhere", REDIS_SERVER: undefined });
  expect(await ended).toBe(1);
  expect(errors()).toContain("run `make redis` first");
});

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [...args, demo], {
    env: { PATH: process.env.PATH, REDIS_SERVER: process.env.REDIS_SERVER, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const [output, errors] = [child.stdout, child.stderr].map((stream) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    return () => text;
  });
  return {
    output: () => output?.() ?? "",
    errors: () => errors?.() ?? "",
    ended: once(child, "close").then(([code]) => code as unknown),
    terminate: () => void child.kill("SIGTERM"),
    untilPrinted: async (text: string) => {
      while (!output?.().includes(text)) await once(child.stdout, "data");
    },
  };
}

/** The STS, Redis and three servers: nobody listens there any more, a moment after the demo's end. */
async function expectAllEnded(output: string): Promise<void> {
  const ports = [...output.matchAll(/(?:http|redis):\/\/127\.0\.0\.1:(\d+)/g)].map(([, it]) => it);
  expect(new Set(ports).size).toBe(5);
  for (const port of new Set(ports)) {
    await vi.waitFor(
      async () => expect(await connectTo(Number(port))).toBe("ECONNREFUSED"),
      10_000,
    );
  }
}

function connectTo(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve("connected");
    }).once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}
