import { expect, test } from "vitest";
import { sharesOf } from "./profile-parts.js";

const frame = (functionName: string, url = "") => ({
  functionName,
  url,
  scriptId: "0",
  lineNumber: 0,
  columnNumber: 0,
});

test("what Node does is with whoever has called it, and idle time is nobody's", () => {
  const called = [
    { id: 3, callFrame: frame("hash", "node:internal/crypto/hash"), children: [4] },
    { id: 4, callFrame: frame("native"), children: [] },
  ];
  const nodes = [
    { id: 1, callFrame: frame("(root)"), children: [2, 5, 6, 7, 8] },
    { id: 2, callFrame: frame("digest", "file:///r/packages/identity/dist/a.js"), children: [3] },
    ...called,
    { id: 5, callFrame: frame("tick", "node:internal/process/task_queues") },
    { id: 6, callFrame: frame("(idle)") },
    { id: 7, callFrame: frame("(garbage collector)") },
    { id: 8, callFrame: frame("startProfile", "file:///r/bench/dist/bench/end-to-end/profile.js") },
  ];
  const shares = sharesOf({
    nodes,
    startTime: 0,
    endTime: 0,
    samples: [2, 3, 4, 5, 6, 7, 8],
    timeDeltas: [10, 10, 20, 20, 1_000, 40, 1_000],
  });
  expect(shares).toEqual({ identity: 0.4, Node: 0.2, "garbage collection": 0.4 });
});

test.each([
  ["/r/node_modules/fastmcp/dist/a.js", "FastMCP, mcp-proxy, MCP SDK"],
  ["/r/node_modules/@modelcontextprotocol/sdk/a.js", "FastMCP, mcp-proxy, MCP SDK"],
  ["/r/node_modules/zod/a.js", "other libraries"],
  ["/r/packages/mcp-fastmcp/dist/a.js", "mcp-fastmcp"],
  ["/r/examples/notes-server/dist/a.js", "the server's own code"],
])("%s is of %s", (path, part) => {
  const nodes = [{ id: 1, callFrame: frame("f", `file://${path}`) }];
  const samples = { samples: [1], timeDeltas: [1] };
  expect(sharesOf({ nodes, startTime: 0, endTime: 0, ...samples })).toEqual({ [part]: 1 });
});

test("following callers is told from Node", () => {
  const nodes = [{ id: 1, callFrame: frame("init", "node:internal/async_hooks") }];
  const profile = { nodes, startTime: 0, endTime: 0, samples: [1], timeDeltas: [1] };
  expect(sharesOf(profile)).toEqual({ "asynchronous context": 1 });
});
