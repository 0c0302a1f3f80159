import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort, holdPort } from "../../../tools/test-support/free-port.js";
import { cleanUp } from "./support/clean-up.js";
import { connect } from "./support/connect.js";
import { modes } from "./support/modes.js";
import { callOf, post } from "./support/post.js";
import { environmentOf, runServer, startServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";
import { COMMAND, IS_PYTHON } from "./support/under-test.js";

const sts = await startSts();
const good = environmentOf(sts);
const DEMO = fileURLToPath(new URL("../../demo/dist/main.js", import.meta.url));

// First, because it takes longest: the others run beside it. Of the one in Python, `.ci/run` looks at
// `make demo-python`.
test.skipIf(IS_PYTHON).concurrent(
  "the demonstration goes as expected, to its last line, in less than a minute",
  async () => {
    const child = spawn(process.execPath, [DEMO], { stdio: ["ignore", "pipe", "inherit"] });
    cleanUp(() => child.kill("SIGKILL"));
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);

    const verdicts = [...output.matchAll(/^(as expected|DIFFERENT) +(.+)$/gm)];
    expect(verdicts.map(([, verdict, name]) => [name, verdict])).toStrictEqual(
      [
        "allowed call",
        "no token",
        "wrong audience",
        "expired",
        "scope missing on one tool",
        "not an agent",
        "an agent",
        "delegated over 2 hops",
        "too many hops (3)",
        "revoked in the middle of a session",
        "key rotated under load",
        "STS down",
      ].map((name) => [name, "as expected"]),
    );
    expect(output).toMatch(/\n12 of 12 as expected\n$/);
    expect(code).toBe(0);
  },
  60_000,
);

test.concurrent.each(modes)(
  "$mode: the ready line is all there is on standard output, whatever happens",
  async ({ environment }) => {
    const { url, stop } = await startServer({ ...good, ...environment }, COMMAND);
    const { client, call } = await connect(url, sts.mint());
    await client.listTools();
    expect((await call("whoami")).status).toBe(200);
    expect((await call("read_notes")).status).toBe(403);
    expect((await post(url, callOf("whoami"), undefined)).status).toBe(401);
    expect((await post(url, callOf("whoami"), "nonsense")).status).toBe(401);

    // The session is still open, and its stream with it.
    const { code, stdout } = await stop("SIGTERM");
    expect(code).toBe(0);
    expect(stdout).toBe(`{"ready":true,"url":"${url}"}\n`);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/mcp$/);
  },
);

test.concurrent("SIGINT ends it as well", async () => {
  const { stop } = await startServer(good);
  expect((await stop("SIGINT")).code).toBe(0);
});

test.concurrent("it listens on the host and port that it is given", async () => {
  const port = await freePort();
  const { url } = await startServer({ ...good, HOST: "localhost", PORT: String(port) });
  expect(url).toBe(`http://localhost:${port}/mcp`);
  expect((await post(url, callOf("whoami"), undefined)).status).toBe(401);
});

test.concurrent("variables that FastMCP reads by itself have no say", async () => {
  const foreign = {
    FASTMCP_BASE_PATH: "/x",
    FASTMCP_ENDPOINT: "/y",
    FASTMCP_STATELESS: "true",
    // Those of FastMCP in Python.
    FASTMCP_STREAMABLE_HTTP_PATH: "/z",
    FASTMCP_STATELESS_HTTP: "true",
    FASTMCP_LOG_LEVEL: "LOUD",
  };
  // Who imports FastMCP has read them.
  const { url } = await startServer({ ...good, ...foreign }, COMMAND);
  expect((await post(url, callOf("whoami"), undefined)).status).toBe(401);
  const { call } = await connect(url, sts.mint());
  expect((await call("whoami")).status).toBe(200);
});

test.concurrent.each(modes)(
  "$mode: a port that is taken ends it with one line and code 1",
  async ({ environment }) => {
    const { port, release } = await holdPort();
    cleanUp(release);
    expect(await runServer({ ...good, ...environment, PORT: String(port) })).toStrictEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        new RegExp(`^notes-server: [^\\n]*EADDRINUSE[^\\n]*${port}[^\\n]*\\n$`),
      ),
    });
  },
);
