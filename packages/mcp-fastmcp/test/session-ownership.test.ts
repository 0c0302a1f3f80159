import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Answer, type Fields, send } from "./support/http.js";
import { callTool, getPrompt, initialize, listTools, textOf } from "./support/messages.js";
import { type Body, bearer, listen, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { sampleServer } from "./support/sample-server.js";
import { startForFile, startForTest } from "./support/start-server.js";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F1: FastMCP lets anyone who is authenticated use any session.

quietForFile();
const sts = await stsOfFile({ zones: ["zone_dev", "zone_two"] });
const verifier = verifierFor(sts, { zoneId: ["zone_dev", "zone_two"] });
const { server, runs } = sampleServer(verifier);
server.addTool({
  name: "announce",
  execute: async (_, { log }) => log.info("for her eyes only"),
});

const ada = { sub: "ada", client_id: "app_1" };
const adasToken = sts.mint(ada);
const strangers = [
  ["another subject", sts.mint({ ...ada, sub: "bob" })],
  ["her by another application", sts.mint({ ...ada, client_id: "app_2" })],
  ["one of her name in another zone", sts.mint(ada, { zone: "zone_two" })],
  ["an application of her name", sts.mint({ ...ada, sub_type: "application" })],
] as const;
const badMandates = [
  ["no mandate", undefined],
  ["a forged one of hers", sts.mint(ada, { signWith: "foreign" })],
  ["an expired one of hers", sts.mint({ ...ada, iat: 1, exp: 2 })],
] as const;

const running = await startForFile(server, "stateful");
const { url } = running;
const session = await openSession(running, adasToken);
const hers = { ...session, ...bearer(adasToken) };

/** What can be asked of a session. */
const attempts: Readonly<Record<string, (headers: Fields) => Promise<Answer>>> = {
  ...Object.fromEntries(
    Object.entries<Body>({
      "a call": callTool("open"),
      "a list": listTools,
      "a prompt": getPrompt("open_prompt"),
      "an answer": '{"jsonrpc":"2.0","id":1,"result":{}}',
      "a notification": {
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: 1 },
      },
      "a batch": [callTool("open", {}, 1), callTool("whoami", {}, 2)],
      "a new beginning": initialize,
      "no JSON": "{",
    }).map(([name, body]) => [name, (headers: Fields) => post(url, body, headers)]),
  ),
  "a call, from a web page": (headers) =>
    post(url, callTool("open"), { origin: "https://a.example", ...headers }),
  "its stream": (headers) => send(url, { headers: { accept: "text/event-stream", ...headers } }),
  "its past": (headers) =>
    send(url, { headers: { accept: "text/event-stream", "last-event-id": "x_0_y", ...headers } }),
  "its end": (headers) => send(url, { method: "DELETE", headers }),
};

async function isHersStill(): Promise<boolean> {
  const { replies } = await post(url, callTool("whoami"), hers);
  return replies.map(textOf).join() === "ada";
}

describe.each(strangers)("%s", (_name, token) => {
  test.each(Object.entries(attempts))(
    "is told that there is no such session: %s",
    async (_, ask) => {
      const [existing, invented] = await Promise.all([
        ask({ ...session, ...bearer(token) }),
        ask({ "mcp-session-id": randomUUID(), ...bearer(token) }),
      ]);
      expect(existing.status).toBe(404);
      expect(JSON.parse(existing.text).error.message).toBe("Session not found");
      expect(existing.seen).toBe(invented.seen);
      expect(runs).toEqual([]);
      expect(await isHersStill()).toBe(true);
    },
  );

  test("hears nothing that is meant for her", async () => {
    const stream = await listen(url, hers);
    onTestFinished(() => stream.close());
    const theirs = await listen(url, { ...session, ...bearer(token) });
    await post(url, callTool("announce"), hers);
    await expect.poll(stream.text).toContain("for her eyes only");
    await theirs.ended;
    expect([theirs.status, theirs.text()]).toEqual([
      404,
      expect.not.stringContaining("for her eyes only"),
    ]);
    stream.close();
    const events = [...stream.text().matchAll(/^id: (.+)$/gm)].map(([, id]) => `${id}`);
    expect(events).not.toEqual([]);
    for (const id of events) {
      const resumed = await send(url, {
        headers: { accept: "text/event-stream", "last-event-id": id, ...session, ...bearer(token) },
      });
      expect(resumed.status).toBe(404);
    }
  });
});

describe.each(badMandates)("%s", (_name, token) => {
  test.each(Object.entries(attempts))("does not tell whether there is one: %s", async (_, ask) => {
    const [existing, invented] = await Promise.all([
      ask({ ...session, ...bearer(token) }),
      ask({ "mcp-session-id": randomUUID(), ...bearer(token) }),
    ]);
    expect(existing.status).toBe(401);
    expect(existing.seen).toBe(invented.seen);
    expect(await isHersStill()).toBe(true);
  });
});

test("she goes on with a mandate that is new in all but who she is", async () => {
  const iat = nowSeconds();
  const exp = iat + 60;
  const refreshed = sts.mint({ ...ada, sid: randomUUID(), iat, exp, scope: "notes:write" });
  const headers = { ...session, ...bearer(refreshed) };
  expect((await post(url, callTool("whoami"), headers)).replies.map(textOf)).toEqual(["ada"]);
  expect((await post(url, callTool("write"), headers)).replies.map(textOf)).toEqual(["write"]);
  const stream = await listen(url, headers);
  expect(stream.status).toBe(200);
  stream.close();
  await stream.ended;
});

test("without sessions there is nothing to take: an id is a word like any other", async () => {
  const sample = sampleServer(verifier);
  const stateless = await startForTest(sample.server);
  const shared = { "mcp-session-id": randomUUID() };
  const tokens = [adasToken, ...strangers.map(([, token]) => token)];
  const callers = await Promise.all(
    tokens.map(async (token) => {
      const headers = { ...shared, ...bearer(token) };
      for (const method of ["GET", "DELETE"] as const) {
        expect((await send(stateless.url, { method, headers })).status).toBe(405);
      }
      return (await post(stateless.url, callTool("whoami"), headers)).replies.map(textOf);
    }),
  );
  expect(callers.flat()).toEqual(["ada", "bob", "ada", "ada", "ada"]);
});
