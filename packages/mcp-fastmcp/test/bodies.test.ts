import type { MandateVerifier, Requirements } from "@caracalai/transport-mcp";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Fields } from "./support/http.js";
import { callTool, getPrompt, listTools, readResource, textOf } from "./support/messages.js";
import { bearer, post } from "./support/post.js";
import { refusalIn } from "./support/refusal.js";
import { sampleServer } from "./support/sample-server.js";
import { startForFile, startForTest } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const MEBIBYTE = 1024 * 1024;
const sts = await stsOfFile();
const everyone = bearer(sts.mint());
const writer = bearer(sts.mint({ scope: "notes:write" }));
const { server, runs } = sampleServer(verifierFor(sts));
const { url } = await startForFile(server, "stateless");
afterEach(() => {
  runs.length = 0;
});

const open = JSON.stringify(callTool("open"));
const write = JSON.stringify(callTool("write", {}, 2));
/** The same JSON with every letter of texts escaped. */
const escaped = write.replaceAll(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);

describe("403 before anything runs", () => {
  test.each<readonly [string, string | readonly string[]]>([
    ["a batch with one denied call", `[${open},${write}]`],
    ["a batch with the denied call first", `[${write},${open}]`],
    [
      "a batch with a denied resource",
      JSON.stringify([callTool("open"), readResource("notes://write", 2)]),
    ],
    [
      "a batch with a denied prompt",
      JSON.stringify([callTool("open"), getPrompt("write_prompt", 2)]),
    ],
    ["a batch of one", `[${write}]`],
    ["a notification", write.replace('"id":2,', "")],
    ["escaped names", escaped],
    [
      "two methods, the last of which counts",
      write.replace('"method"', '"method":"ping","method"'),
    ],
    ["two names, the last of which counts", write.replace('"name"', '"name":"open","name"')],
    [
      "two params, the last of which count",
      write.replace('"params"', '"params":{"name":"open"},"params"'),
    ],
    ["white space all over", JSON.stringify(JSON.parse(write), undefined, "\t\r\n ")],
    ["a chunk for each letter", [...write]],
    ["a long body", JSON.stringify(callTool("write", { id: "é".repeat(MEBIBYTE) }))],
    ["a body of the largest size", write + " ".repeat(10 * MEBIBYTE - write.length)],
  ])("%s", async (_name, body) => {
    const answer = await post(url, body, everyone);
    expect([answer.status, refusalIn(answer.text).error]).toEqual([403, "insufficient_scope"]);
    expect(runs).toEqual([]);
  });
});

describe("nothing that is denied runs", () => {
  test.each<readonly [string, string | readonly string[]]>([
    ["a batch in a batch", `[[${write}]]`],
    [
      "two methods, the first of which counts not",
      write.replace('"params"', '"method":"ping","params"'),
    ],
    [
      "a name from a prototype",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"write"}}}',
    ],
    [
      "a method from a prototype",
      '{"jsonrpc":"2.0","id":1,"__proto__":{"method":"tools/call","params":{"name":"write"}}}',
    ],
    ["a name in a list", write.replace('"write"', '["write"]')],
    ["another letter case", write.replace("tools/call", "Tools/Call")],
    ["a space behind the name", write.replace('"write"', '"write "')],
    ["two documents", `${open}\n${write}`],
    ["a byte-order mark", `\ufeff${write}`],
    ["UTF-16", Buffer.from(write, "utf16le").toString("latin1")],
    ["half a document", write.slice(0, -1)],
    ["nothing", ""],
    ["null", "null"],
    ["an empty batch", "[]"],
  ])("%s", async (_name, body) => {
    const noise = vi.spyOn(console, "error").mockImplementation(() => {});
    const answer = await post(url, body, everyone);
    noise.mockRestore();
    expect(answer.status).toBeLessThan(500);
    expect(runs).toEqual([]);
  });
});

test.each<readonly [string, Fields, number, string[]]>([
  ["who may, calls all in a batch", writer, 200, ["open", "write"]],
  ["nobody, without a mandate", {}, 401, []],
])("%s", async (_name, headers, status, ran) => {
  const answer = await post(url, `[${open},${write}]`, headers);
  expect([answer.status, answer.replies.map(textOf)]).toEqual([status, ran]);
  expect(runs).toEqual(ran);
});

test("a body that comes slowly is served, letter by letter", async () => {
  expect((await post(url, [...write], writer)).replies.map(textOf)).toEqual(["write"]);
});

describe("more than 10 MiB", () => {
  const tooLong = write + " ".repeat(10 * MEBIBYTE - write.length + 1);
  test.each<readonly [string, object]>([
    ["announced", { "content-length": tooLong.length }],
    ["in chunks", {}],
  ])("%s: 413, and nothing runs", async (_name, length) => {
    const noise = vi.spyOn(console, "error").mockImplementation(() => {});
    const halves = [tooLong.slice(0, MEBIBYTE), tooLong.slice(MEBIBYTE)];
    const outcome = await post(url, halves, { ...writer, ...length }).then(
      ({ status }) => status,
      // The server closes the connection; who still writes may hear of that first.
      ({ code }) => code,
    );
    noise.mockRestore();
    expect([413, "ECONNRESET", "EPIPE"]).toContain(outcome);
    expect(runs).toEqual([]);
    expect((await post(url, listTools, everyone)).status).toBe(200);
  });
});

test("a call by the next revision of the protocol is judged as well", async () => {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const message = { ...callTool("write"), params: { name: "write", arguments: {}, _meta } };
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" };
  const names = [{ "mcp-name": "write" }, { "mcp-name": "open" }, {}];
  for (const name of names) {
    const answer = await post(url, message, { ...headers, ...name, ...everyone });
    expect(answer.status).toBe(403);
  }
  expect(runs).toEqual([]);
});

test("a tool that a batch names a hundred times narrows the verifier once", async () => {
  const narrowed: Requirements[] = [];
  const counting = (verifier: MandateVerifier): MandateVerifier => ({
    ...verifier,
    require: (route) => {
      narrowed.push(route);
      return counting(verifier.require(route));
    },
  });
  const sample = sampleServer(counting(verifierFor(sts)));
  const running = await startForTest(sample.server);
  const batch = Array.from({ length: 100 }, (_, id) => callTool("write", {}, id));
  expect((await post(running.url, batch, bearer(sts.mint()))).status).toBe(403);
  expect(narrowed).toMatchObject([{ requiredScopes: ["notes:write"] }]);
});
