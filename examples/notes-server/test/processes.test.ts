import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cleanUp } from "./support/clean-up.js";
import { connect } from "./support/connect.js";
import { freePort, holdPort } from "./support/free-port.js";
import { modes } from "./support/modes.js";
import { callOf, post } from "./support/post.js";
import { STREAM_KEY } from "./support/start-redis.js";
import { type Environment, environmentOf, runServer, startServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

const sts = await startSts();
const good = environmentOf(sts);
const sharing = {
  CARACAL_REDIS_URL: "redis://127.0.0.1:1",
  CARACAL_REVOCATION_KEYS: STREAM_KEY,
};
const DEMO = fileURLToPath(new URL("../../demo/dist/main.js", import.meta.url));

// First, because it takes longest: the others run beside it.
test.concurrent("the demonstration goes as expected, to its last line, in less than a minute", async () => {
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
}, 60_000);

test.concurrent.each(modes)(
  "$mode: the ready line is all there is on standard output, whatever happens",
  async ({ environment }) => {
    const { url, stop } = await startServer({ ...good, ...environment });
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
  const foreign = { FASTMCP_BASE_PATH: "/x", FASTMCP_ENDPOINT: "/y", FASTMCP_STATELESS: "true" };
  const { url } = await startServer({ ...good, ...foreign });
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

test.concurrent.each<[what: string, environment: Environment, names: string]>([
  ["no issuer", { CARACAL_ISSUER: undefined }, "CARACAL_ISSUER"],
  ["an empty issuer", { CARACAL_ISSUER: "" }, "CARACAL_ISSUER"],
  ["an issuer that is no URL", { CARACAL_ISSUER: "sts.example.com" }, "CARACAL_ISSUER"],
  ["http, not on loopback", { CARACAL_ISSUER: "http://sts.example.com" }, "CARACAL_ISSUER"],
  ["http, on all addresses", { CARACAL_ISSUER: "http://0.0.0.0:8787" }, "CARACAL_ISSUER"],
  ["an issuer with a query", { CARACAL_ISSUER: "https://sts.example.com?" }, "CARACAL_ISSUER"],
  ["no audience", { CARACAL_AUDIENCE: undefined }, "CARACAL_AUDIENCE"],
  ["an audience that is no URL", { CARACAL_AUDIENCE: "notes" }, "CARACAL_AUDIENCE"],
  ["a space after the audience", { CARACAL_AUDIENCE: "https://a.example " }, "CARACAL_AUDIENCE"],
  ["no zone", { CARACAL_ZONE_ID: undefined }, "CARACAL_ZONE_ID"],
  ["a list of no zones", { CARACAL_ZONE_ID: " , " }, "CARACAL_ZONE_ID"],
  ["a control character in a zone", { CARACAL_ZONE_ID: "a,b\u0007c" }, "CARACAL_ZONE_ID"],
  [
    "a control character in an application",
    { CARACAL_REQUIRE_CHAIN_CONTAINS: "app\u0007" },
    "CARACAL_REQUIRE_CHAIN_CONTAINS",
  ],
  ["a port that is no number", { PORT: "http" }, "PORT"],
  ["a port beyond the last", { PORT: "65536" }, "PORT"],
  ["a port and a half", { PORT: "80.5" }, "PORT"],
  ["a host that has no address", { HOST: "999.1.1.1" }, "HOST"],
  ["an address of another machine", { HOST: "192.0.2.1" }, "HOST"],
  ["a word for a switch", { STATELESS: "true" }, "STATELESS"],
  ["keys for no Redis", { ...sharing, CARACAL_REDIS_URL: undefined }, "CARACAL_REDIS_URL"],
  ["a new Redis that is none", { CARACAL_REDIS_NEW: "1" }, "CARACAL_REDIS_URL"],
  ...[
    "",
    "secret",
    "http://:secret@127.0.0.1",
    "redis://",
    "redis:secret",
    "redis://:secret@127.0.0.1:65536",
    "redis://:secret%@127.0.0.1",
    "redis://%ff:secret@127.0.0.1",
    "redis://:secret@127.0.0.1/zero",
    "redis://:secret@127.0.0.1/0/1",
    "redis://127.0.0.1/?password=secret",
    "rediss://127.0.0.1/#secret",
  ].map((url): [string, Environment, string] => [
    `a Redis at "${url}"`,
    { ...sharing, CARACAL_REDIS_URL: url },
    "CARACAL_REDIS_URL",
  ]),
  ...[undefined, "", "secret", `${STREAM_KEY},`, "5ec2e7", `${STREAM_KEY},unsigned`].map(
    (keys): [string, Environment, string] => [
      `"${keys}" for keys`,
      { ...sharing, CARACAL_REVOCATION_KEYS: keys },
      "CARACAL_REVOCATION_KEYS",
    ],
  ),
  ["a word for a new Redis", { ...sharing, CARACAL_REDIS_NEW: "yes" }, "CARACAL_REDIS_NEW"],
])("%s ends it with code 2 and one line that names the variable", async (_what, wrong, names) => {
  const exit = await runServer({ ...good, ...wrong });
  expect(exit.stderr).not.toMatch(/secret|5ec2e7|0123456789abcdef/);
  expect(exit).toStrictEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^notes-server: ${names}\\b[^\\n]+\\n$`)),
  });
});
