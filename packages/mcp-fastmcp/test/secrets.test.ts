import { inspect } from "node:util";
import { expect, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { send } from "./support/http.js";
import { callTool, getPrompt, initialize, readResource, textOf } from "./support/messages.js";
import { moduleFile, readText, runFile, untilListening } from "./support/module-process.js";
import { bearer, post } from "./support/post.js";
import { sampleServer } from "./support/sample-server.js";
import { startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

/** Parts of a token that are long enough to be of use to someone. */
const PART_LENGTH = 16;

const sts = await stsOfFile();
const down = await stsOfFile();
const MARKER = "MARKER-5ecre7";
const marked = { sub: MARKER, client_id: MARKER, sid: MARKER, jti: MARKER };

const tokens = [
  sts.mint(marked),
  sts.mint(marked, { signWith: "foreign" }),
  sts.mint(marked, { tamper: "payload" }),
  sts.mint({ ...marked, exp: 1 }),
  sts.mint({ ...marked, zone_id: MARKER }),
  sts.mint(marked, { kid: `${MARKER}\n\u0000` }),
  sts.mint(marked, { header: { alg: MARKER } }),
  `${sts.mint(marked)}.${MARKER}`,
];

function partsOf(token: string): string[] {
  return Array.from({ length: Math.max(1, token.length - PART_LENGTH + 1) }, (_, start) =>
    token.slice(start, start + PART_LENGTH),
  );
}

const secrets = new Set([MARKER, ...tokens.flatMap(partsOf)]);

function foundIn(text: string): string[] {
  return [...secrets].filter((secret) => text.includes(secret));
}

async function refuse(url: string): Promise<string[]> {
  const session = { "mcp-session-id": "none" };
  const answers = tokens.flatMap((token) => {
    const authorization = [`Bearer ${token}`, `Bearer ${token}`];
    return [
      post(url, callTool("write"), bearer(token)),
      post(url, readResource("notes://write"), bearer(token)),
      post(url, getPrompt("write"), bearer(token)),
      post(url, callTool("open"), { ...session, ...bearer(token) }),
      post(url, initialize, { authorization }),
      post(url, initialize, { authorization: `Basic ${token}` }),
      send(url, { headers: { ...session, ...bearer(token) } }),
      send(url, { method: "DELETE", headers: { ...session, ...bearer(token) } }),
      send(`${new URL(url).origin}/sse`, { headers: bearer(token) }),
    ];
  });
  const told = await Promise.all(answers);
  for (const { status } of told) expect([401, 403, 404, 503]).toContain(status);
  return told.map(({ headers, text }) => `${JSON.stringify(headers)}\n${text}`);
}

test.each([
  ["with keys", sts],
  ["while the STS is down", down],
])("no refusal tells a token, and no process prints one: %s", async (_name, { issuer }) => {
  if (issuer === down.issuer) await down.pause();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const env = { ISSUER: issuer, PORT: `${port}` };
  const { child, ended } = runFile(moduleFile(readText("children/server.ts")), env);
  await untilListening(url);
  const told = await refuse(url);
  child.kill();
  const { stdout, stderr } = await ended;

  expect(told.flatMap(foundIn)).toEqual([]);
  expect(foundIn(stdout + stderr)).toEqual([]);
  expect(stdout + stderr).not.toContain("RAN");
});

test("the search finds what it looks for", () => {
  expect(foundIn(`before ${tokens[0]?.slice(-40, -20)} after`)).toHaveLength(5);
  expect(foundIn(MARKER)).toEqual([MARKER]);
});

test("a tool that prints its context prints no token", async () => {
  const { server } = sampleServer(verifierFor(sts));
  server.addTool({
    name: "print",
    execute: async (_, context) => {
      context.signal.throwIfAborted();
      return inspect(context, { depth: 12 });
    },
  });
  const running = await startForFile(server, "stateless");
  const token = sts.mint({ sub: "someone" });
  const { replies } = await post(running.url, callTool("print"), bearer(token));
  const printed = `${replies.map(textOf)}`;
  expect(printed).toContain("someone");
  expect(partsOf(token).filter((part) => printed.includes(part))).toEqual([]);
});
