import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { claimsOf, fetchKeySet, startSts, verifies } from "./support.js";
import { application, basic, form, type TokenAnswer } from "./token-requests.js";

const main = fileURLToPath(new URL("../bin/caracal-dev-sts.js", import.meta.url));

interface Cli {
  readonly child: ChildProcess;
  readonly stderr: Promise<string>;
  readonly stdout: AsyncIterator<Buffer>;
}

function startCli(environment: Record<string, string>, args: readonly string[] = []): Cli {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { child, stderr: text(child.stderr), stdout: child.stdout.iterator() };
}

async function readyIssuer({ stdout }: Cli): Promise<string> {
  const { value } = await stdout.next();
  const ready: { ready: boolean; issuer: string } = JSON.parse(String(value));
  expect(ready).toStrictEqual({ ready: true, issuer: expect.any(String) });
  return ready.issuer;
}

function mintOver(issuer: string, body: string): Promise<Response> {
  return fetch(`${issuer}/dev/mint`, { method: "POST", body });
}

test("it says when it is ready, mints over HTTP, and ends on SIGTERM", async () => {
  const cli = startCli({
    CARACAL_DEV_STS_ZONES: "zone_a, zone_b",
    CARACAL_DEV_STS_AUDIENCE: "https://notes.example.com",
  });
  const issuer = await readyIssuer(cli);

  const body = JSON.stringify({ claims: { scope: "notes:read" }, options: { zone: "zone_b" } });
  const response = await mintOver(issuer, body);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const { token } = (await response.json()) as { token: string };
  expect(claimsOf(token)).toMatchObject({
    iss: issuer,
    aud: ["https://notes.example.com"],
    zone_id: "zone_b",
    scope: "notes:read",
  });
  const keySet = await (await fetchKeySet(issuer, "zone_b")).json();
  expect(verifies(token, keySet as Parameters<typeof verifies>[1])).toBe(true);

  const exit = once(cli.child, "exit");
  cli.child.kill("SIGTERM");
  expect(await exit).toStrictEqual([0, null]);
  expect(await cli.stderr).toMatch(/^[^\n]*for development and tests only[^\n]*\n$/);
});

test("it serves the applications that it is told of", async () => {
  const environment = { CARACAL_DEV_STS_APPLICATIONS: JSON.stringify([application]) };
  const issuer = await readyIssuer(startCli(environment));
  const response = await fetch(`${issuer}/oauth/token`, {
    method: "POST",
    headers: { authorization: basic() },
    body: form({ grant_type: "client_credentials", scope: "notes:read" }),
  });
  const { access_token } = (await response.json()) as TokenAnswer;
  expect(claimsOf(access_token)).toMatchObject({ iss: issuer, sub: application.clientId });
});

test("it listens on the port that it is given", async () => {
  const free = await startSts();
  await free.close();
  const port = new URL(free.issuer).port;
  expect(await readyIssuer(startCli({ CARACAL_DEV_STS_PORT: port }))).toBe(free.issuer);
});

describe("POST /dev/mint refuses", () => {
  test("what is not a request for a mandate, and names no reason but the form", async () => {
    const issuer = await readyIssuer(startCli({}));
    const cases: [string, number][] = [
      ["", 400],
      ["{", 400],
      ["[]", 400],
      ["null", 400],
      ['{"claim":{}}', 400],
      ['{"claims":[]}', 400],
      ['{"claims":null}', 400],
      ['{"options":{"signWith":"foreign"}}', 400],
      ['{"options":{"zone":1}}', 400],
      ['{"options":{"zone":null}}', 400],
      ['{"options":{"zone":"zone_x"}}', 400],
      [`{"claims":{"sub":"${"x".repeat(64 * 1024)}"}}`, 413],
      ["x".repeat(4 * 1024 * 1024), 413],
      ["{}", 200],
      [" ".repeat(64 * 1024 - 2).concat("{}"), 200],
    ];
    for (const [body, status] of cases) {
      const response = await mintOver(issuer, body);
      expect([body.slice(0, 40), response.status]).toStrictEqual([body.slice(0, 40), status]);
      expect(response.headers.get("content-type")).toBe("application/json");
      await response.json();
    }
    expect((await fetch(`${issuer}/dev/mint`)).status).toBe(405);
  });

  test("a Host header that is not loopback", async () => {
    const issuer = await readyIssuer(startCli({}));
    const cases: [string, number][] = [
      ["localhost", 200],
      ["LOCALHOST:1", 200],
      ["127.0.0.1:8080", 200],
      ["[::1]:8080", 200],
      ["evil.example", 403],
      ["127.0.0.1.evil.example", 403],
      ["localhost@evil.example", 403],
      ["evil.example:80@localhost", 403],
      ["[::1", 403],
    ];
    for (const [host, status] of cases) {
      expect([host, await statusWithHost(issuer, host)]).toStrictEqual([host, status]);
    }
  });
});

test("a client that goes away in the middle of its request does no harm", async () => {
  const cli = startCli({});
  const issuer = await readyIssuer(cli);
  const outgoing = request(`${issuer}/dev/mint`, {
    method: "POST",
    headers: { "content-length": "100" },
  });
  const closed = new Promise((resolve) => outgoing.on("close", resolve).on("error", resolve));
  outgoing.write("{", () => outgoing.destroy());
  await closed;
  expect((await mintOver(issuer, "{}")).status).toBe(200);
  expect(cli.child.exitCode).toBeNull();
});

async function statusWithHost(issuer: string, host: string): Promise<number | undefined> {
  const outgoing = request(`${issuer}/dev/mint`, { method: "POST", headers: { host } });
  const answered = once(outgoing, "response");
  outgoing.end("{}");
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}

const SECRET = application.clientSecret;

test.each<[string, Record<string, string>, string[]]>([
  ["a port that is none", { CARACAL_DEV_STS_PORT: "http" }, []],
  ["a port out of range", { CARACAL_DEV_STS_PORT: "70000" }, []],
  ["an empty port", { CARACAL_DEV_STS_PORT: "" }, []],
  ["an empty zone", { CARACAL_DEV_STS_ZONES: "zone_a,," }, []],
  ["a zone twice", { CARACAL_DEV_STS_ZONES: "zone_a,zone_a" }, []],
  ["an empty audience", { CARACAL_DEV_STS_AUDIENCE: " " }, []],
  ["applications that are no JSON", { CARACAL_DEV_STS_APPLICATIONS: `[${SECRET}` }, []],
  ["no applications at all", { CARACAL_DEV_STS_APPLICATIONS: "" }, []],
  ["applications that are no list", { CARACAL_DEV_STS_APPLICATIONS: "null" }, []],
  ["a secret alone", { CARACAL_DEV_STS_APPLICATIONS: `["${SECRET}"]` }, []],
  ["an argument", {}, ["--port=1"]],
])("%s ends it with one line and code 2", async (_what, environment, args) => {
  const cli = startCli(environment, args);
  const [code] = await once(cli.child, "exit");
  expect(code).toBe(2);
  expect(await cli.stderr).toMatch(/^caracal-dev-sts: [^\n]+\n$/);
  expect(await cli.stderr).not.toContain(SECRET);
});

test("a port that is taken ends it with one line and code 1", async () => {
  const sts = await startSts();
  const cli = startCli({ CARACAL_DEV_STS_PORT: new URL(sts.issuer).port });
  const [code] = await once(cli.child, "exit");
  expect(code).toBe(1);
  expect(await cli.stderr).toMatch(/^caracal-dev-sts: [^\n]*EADDRINUSE[^\n]*\n$/);
});
