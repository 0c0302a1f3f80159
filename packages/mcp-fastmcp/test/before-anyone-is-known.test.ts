import { expect, onTestFinished, test, vi } from "vitest";
import { ProtectedItems } from "../src/protected-items.js";
import { callTool, readResource, textOf } from "./support/messages.js";
import { bearer, post } from "./support/post.js";
import { sampleServer } from "./support/sample-server.js";
import { startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const { server, runs } = sampleServer(verifierFor(sts));
const { url } = await startForFile(server, "stateless");
const anyone = bearer(sts.mint());

function watchRoutes() {
  const spy = vi.spyOn(ProtectedItems.prototype, "routesOf");
  onTestFinished(() => {
    spy.mockRestore();
  });
  return spy;
}

const reads = (count: number) =>
  Array.from({ length: count }, (_, id) => readResource(`templates://${id}`, id));

test.each<readonly [string, Parameters<typeof post>[1]]>([
  ["one URI that templates have to be tried for", readResource("templates://1")],
  ["10,000 of them", reads(10_000)],
  ["many calls", Array.from({ length: 50 }, (_, id) => callTool(`tool_${id}`, {}, id))],
  ["a call of much text", callTool("open", { text: "x".repeat(100_000) })],
  ["10 MB of nothing", `[${"0,".repeat(5_000_000)}0]`.slice(0, 10_000_000)],
])("without a mandate, nothing is looked up for %s", async (_name, body) => {
  const routesOf = watchRoutes();
  expect((await post(url, body)).status).toBe(401);
  expect((await post(url, body, bearer("a.b.c"))).status).toBe(401);
  expect(routesOf).not.toHaveBeenCalled();
});

test("a call whose needs are known at a look is refused with all of its scopes", async () => {
  const { status, headers } = await post(url, callTool("write"));
  expect(status).toBe(401);
  expect(headers["www-authenticate"]).toContain("notes:write");
});

test("what is looked up later is judged all the same", async () => {
  const bodies = [
    callTool("write", { text: "x".repeat(100_000) }),
    [...Array.from({ length: 30 }, (_, id) => callTool("open", {}, id)), callTool("write", {}, 99)],
  ];
  for (const body of bodies) {
    const { status, headers } = await post(url, body, anyone);
    expect(status).toBe(403);
    expect(headers["www-authenticate"]).toContain('scope="notes:write"');
  }
  expect(runs).toEqual([]);
});

test("a batch has at most 100 messages", async () => {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, id) => callTool("open", {}, id));
  expect((await post(url, calls(101), anyone)).status).toBe(400);
  expect(runs).toEqual([]);
  const { replies } = await post(url, calls(100), anyone);
  expect(replies.map(textOf)).toEqual(Array.from({ length: 100 }, () => "open"));
});
