import type { Decision } from "@caracalai/transport-mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { callTool, getPrompt, listTools, type Message, readResource } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const decisions: Decision[] = [];
const verifier = verifierFor(sts, {
  onDecision: (decision) => decisions.push(decision),
  // What is known from an earlier test is no matter of this one.
  verifiedMandates: false,
});

const writer = sts.mint({ scope: "notes:write" });
const SUBSCRIBE: Message = {
  jsonrpc: "2.0",
  id: 1,
  method: "resources/subscribe",
  params: { uri: "notes://open" },
};

/** The records without their durations, which have to be there. */
function told() {
  return decisions.map(({ durationMs, ...others }) => {
    expect(durationMs).toBeGreaterThan(0);
    return others;
  });
}

const accepted = {
  outcome: "ok",
  code: undefined,
  check: undefined,
  zoneId: "zone_dev",
  cached: false,
  stage: "request",
};

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startForFile(sampleServer(verifier).server, mode);
  const headers = { ...(await openSession(running, writer)), ...bearer(writer) };

  beforeEach(() => {
    decisions.length = 0;
  });

  test.each<readonly [string, Message | readonly Message[], readonly object[]]>([
    ["a tool", callTool("open"), [{ kind: "tool", name: "open" }]],
    ["a tool that needs more", callTool("write"), [{ kind: "tool", name: "write" }]],
    ["a tool that there is not", callTool("made up"), []],
    ["a resource", readResource("notes://open"), [{ kind: "resource", name: "notes://open" }]],
    ["a prompt", getPrompt("open_prompt"), [{ kind: "prompt", name: "open_prompt" }]],
    ["a list", listTools, []],
    ["a subscription", SUBSCRIBE, []],
    [
      "a batch, each once",
      [callTool("open", {}, 1), callTool("open", {}, 2), getPrompt("open_prompt", 3)],
      [
        { kind: "tool", name: "open" },
        { kind: "prompt", name: "open_prompt" },
      ],
    ],
  ])("one decision for %s", async (_name, message, items) => {
    expect((await post(running.url, message, headers)).status).toBe(200);
    expect(told()).toEqual([{ ...accepted, items }]);
  });

  test("two for a resource of a template, which is looked for once the caller is known", async () => {
    const message = readResource("templates://made-up");
    expect((await post(running.url, message, headers)).status).toBe(200);
    const items = [{ kind: "resource_template", name: "templates://{id}" }];
    expect(told()).toEqual([
      { ...accepted, items: [] },
      { ...accepted, items, stage: "recheck" },
    ]);
  });

  test("a refusal says why, and of whose zone only what was verified", async () => {
    const answers = [
      await post(running.url, callTool("write"), { ...headers, ...bearer(sts.mint()) }),
      await post(running.url, callTool("write"), { ...headers, ...bearer("a.b.c") }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 401]);
    const items = [{ kind: "tool", name: "write" }];
    const refused = { ...accepted, outcome: "refused", items };
    expect(told()).toEqual([
      { ...refused, code: "insufficient_scope", check: "scope" },
      { ...refused, code: "invalid_token", check: "encoding", zoneId: undefined },
    ]);
  });
});

test("in memory, a call without a mandate is a decision as well", async () => {
  const { server } = sampleServer(verifier);
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1.0.0" });
  onTestFinished(() => client.close());
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  decisions.length = 0;
  await client.callTool({ name: "open" });
  expect(told()).toEqual([
    {
      ...accepted,
      outcome: "refused",
      code: "missing_token",
      check: "bearer",
      zoneId: undefined,
      items: [{ kind: "tool", name: "open" }],
    },
  ]);
});
