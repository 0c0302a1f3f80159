import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { protectServer, type ServerProtection } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { ConfigurationError } from "@caracalai/transport-mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  callTool,
  getPrompt,
  initialize,
  listTools,
  type Message,
  type Reply,
  readResource,
  textOf,
} from "./support/messages.js";
import { refusalIn } from "./support/refusal.js";
import { sampleServer, serverOptions } from "./support/sample-server.js";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F8: FastMCP asks nobody who connects a transport of their own.

const revocations = new InMemoryRevocationStore();
const sts = await stsOfFile({ revocations });
const verifier = verifierFor(sts, { revocations, requiredScopes: ["mcp:tool:call"] });
const EVERYTHING = "mcp:tool:call notes:write";
const everyones = sts.mint({ sub: "ada" });
const writers = sts.mint({ sub: "ada", scope: EVERYTHING });

const WAIT = { timeout: 15_000, interval: 2 };

type Source = ServerProtection["processMandate"];

interface Connected {
  readonly runs: string[];
  /** Everything that came back, in its order. */
  readonly replies: Reply[];
  send(...messages: (Message | object)[]): Promise<void>;
  ask(message: Message): Promise<Reply>;
}

function connect(processMandate?: unknown): Connected {
  const { server, runs } = sampleServer(verifier, {}, { processMandate: processMandate as Source });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const replies: Reply[] = [];
  ours.onmessage = (message) => replies.push(message as Reply);
  void server.connect(theirs);
  onTestFinished(() => ours.close());
  let last = 1_000;
  const send = async (...messages: object[]) => {
    await Promise.all(messages.map((message) => ours.send(message as JSONRPCMessage)));
  };
  return {
    runs,
    replies,
    send,
    async ask(message) {
      last += 1;
      const id = last;
      await send({ ...message, id });
      return vi.waitUntil(() => replies.find((reply) => reply.id === id), WAIT);
    },
  };
}

const calls: readonly (readonly [string, Message])[] = [
  ["open", callTool("open")],
  ["write", callTool("write")],
  ["notes://open", readResource("notes://open")],
  ["notes://write", readResource("notes://write")],
  ["templates://1", readResource("templates://1")],
  ["open_prompt", getPrompt("open_prompt")],
  ["write_prompt", getPrompt("write_prompt")],
];

/** What comes of each: its own words, or the code of the refusal. */
async function outcomes(connected: Connected): Promise<string[]> {
  const told: string[] = [];
  for (const [, message] of calls) {
    const reply = await connected.ask(message);
    const text = `${textOf(reply)}`;
    const isRefusal = text.startsWith("{");
    // A tool says it in its result, as a resource's or prompt's error does: each by the JSON alone.
    if (isRefusal) {
      expect(reply.result?.isError).toBe(message.method === "tools/call" ? true : undefined);
      expect(reply.error?.code).toBe(message.method === "tools/call" ? undefined : -32_003);
    }
    told.push(isRefusal ? refusalIn(text).error : text);
  }
  return told;
}

const all = (outcome: string) => calls.map(() => outcome);
const everything = calls.map(([name]) => name);

async function toolsListedBy(connected: Connected): Promise<string | undefined> {
  const { result } = await connected.ask(listTools);
  return result?.tools?.map(({ name }) => name).join(" ");
}

test.each<readonly [string, unknown]>([
  ["text", writers],
  ["a function", () => writers],
  ["an async function", async () => writers],
])("by a mandate from %s everything runs", async (_name, source) => {
  const connected = connect(source);
  expect(await outcomes(connected)).toEqual(everything);
  expect(textOf(await connected.ask(callTool("whoami")))).toBe("ada");
  expect(await toolsListedBy(connected)).toBe("open whoami write near");
});

test("by one that lacks a scope, what needs it is refused and not listed", async () => {
  const connected = connect(everyones);
  const lacking = "insufficient_scope";
  expect(await outcomes(connected)).toEqual(
    calls.map(([name]) => (name.includes("write") ? lacking : name)),
  );
  expect(connected.runs).toEqual(["open", "notes://open", "templates://1", "open_prompt"]);
  expect(await toolsListedBy(connected)).toBe("open whoami near");
});

test.each<readonly [string, unknown, string]>([
  ["nothing", undefined, "missing_token"],
  [
    "what throws",
    () => {
      throw new Error("away");
    },
    "verification_unavailable",
  ],
  ["what rejects", () => Promise.reject(new Error("away")), "verification_unavailable"],
  ["what rejects with nothing", () => Promise.reject(), "verification_unavailable"],
  ["undefined", () => undefined, "missing_token"],
  ["null", async () => null, "missing_token"],
  ["a number", () => 7, "missing_token"],
  ["empty text", () => "", "missing_token"],
  ["a String", () => new String(writers), "missing_token"],
  ["what becomes text", () => ({ toString: () => writers }), "missing_token"],
  ["a list of one", () => [writers], "missing_token"],
  ["a header", `Bearer ${writers}`, "invalid_token"],
  ["two", `${writers} ${writers}`, "invalid_token"],
  ["a forged one", sts.mint({ scope: EVERYTHING }, { signWith: "foreign" }), "invalid_token"],
  ["an expired one", sts.mint({ scope: EVERYTHING, iat: 1, exp: 2 }), "invalid_token"],
  ["one of another zone", sts.mint({ scope: EVERYTHING, zone_id: "zone_two" }), "invalid_zone"],
  ["one without the scope of all", sts.mint({ scope: "notes:write" }), "insufficient_scope"],
])("by %s nothing runs, and nothing is listed", async (_name, source, code) => {
  const connected = connect(source);
  expect(await outcomes(connected)).toEqual(all(code));
  expect(connected.runs).toEqual([]);
  const { error } = await connected.ask(listTools);
  expect(refusalIn(`${error?.message}`).error).toBe(code);
});

test("where the keys cannot be had, nothing runs: worth a retry", async () => {
  const other = await stsOfFile();
  const down = verifierFor(other);
  const token = other.mint();
  await other.pause();
  const { server, runs } = sampleServer(down, {}, { processMandate: token });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const replies: Reply[] = [];
  ours.onmessage = (message) => replies.push(message as Reply);
  void server.connect(theirs);
  await ours.send(callTool("open") as JSONRPCMessage);
  const reply = await vi.waitUntil(() => replies[0], WAIT);
  expect(refusalIn(`${textOf(reply)}`).error).toBe("verification_unavailable");
  expect(runs).toEqual([]);
  await ours.close();
});

test("a mandate that nobody tells in time is an outage", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let told = 0;
  const { runs, replies, send } = connect(() => {
    told += 1;
    return new Promise(() => {});
  });
  await send(callTool("open", {}, 1));
  await vi.advanceTimersByTimeAsync(9_900);
  expect([told, replies]).toEqual([1, []]);
  await vi.advanceTimersByTimeAsync(200);
  expect(replies.map((reply) => refusalIn(`${textOf(reply)}`).error)).toEqual([
    "verification_unavailable",
  ]);
  expect([runs, vi.getTimerCount()]).toEqual([[], 0]);

  const inTime = connect(() => writers);
  await inTime.send(readResource("notes://open"));
  await vi.waitUntil(() => inTime.replies.length === 1, WAIT);
  expect([inTime.runs, vi.getTimerCount()]).toEqual([["notes://open"], 0]);
});

test("operators are told of an outage, and of none at all, as what they are", async () => {
  const told: unknown[] = [];
  const heard = verifierFor(sts, {
    onDecision: ({ outcome, code, items }) => told.push([outcome, code, items]),
  });
  const fail = () => Promise.reject(new Error("away"));
  for (const source of [fail, undefined]) {
    const { server } = sampleServer(heard, {}, { processMandate: source });
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const replies: Reply[] = [];
    ours.onmessage = (message) => replies.push(message as Reply);
    void server.connect(theirs);
    await ours.send(callTool("open") as JSONRPCMessage);
    await vi.waitUntil(() => replies[0], WAIT);
    await ours.close();
  }
  const items = [{ kind: "tool", name: "open" }];
  expect(told).toEqual([
    ["unavailable", "verification_unavailable", items],
    ["refused", "missing_token", items],
  ]);
});

test.each([[""], [null], [7], [{}], [["a"]], [true]])(
  "a source of %j is refused",
  (processMandate) => {
    const protect = () =>
      protectServer(serverOptions, {
        verifier,
        processMandate: processMandate as unknown as Source,
      });
    expect(protect).toThrow(ConfigurationError);
    expect(protect).toThrow("processMandate");
  },
);

describe("every message is judged anew", () => {
  test("revoked in between", async () => {
    const sid = randomUUID();
    const connected = connect(sts.mint({ sid, scope: EVERYTHING }));
    expect(await outcomes(connected)).toEqual(everything);
    await sts.revoke(sid);
    expect(await outcomes(connected)).toEqual(all("session_revoked"));
  });

  test("expired in between", async () => {
    const exp = nowSeconds() + 1;
    const connected = connect(sts.mint({ scope: EVERYTHING, exp }));
    await vi.waitUntil(() => nowSeconds() >= exp, WAIT);
    expect(await outcomes(connected)).toEqual(all("invalid_token"));
  });

  test("asked for each time, and once a message", async () => {
    const tokens = [everyones, writers, "a.b.c", writers];
    const connected = connect(() => tokens.shift());
    const told: unknown[] = [];
    for (let each = 0; each < 5; each += 1) {
      const text = `${textOf(await connected.ask(callTool("write")))}`;
      told.push(text.startsWith("{") ? refusalIn(text).error : text);
    }
    expect(told).toEqual([
      "insufficient_scope",
      "write",
      "invalid_token",
      "write",
      "missing_token",
    ]);
  });
});

test("without a mandate a client is greeted, and no more", async () => {
  const { ask, send, replies, runs } = connect();
  expect((await ask(initialize)).result).toMatchObject({ serverInfo: { name: "sample" } });
  expect((await ask({ jsonrpc: "2.0", method: "ping" })).result).toEqual({});
  for (const method of ["logging/setLevel", "tools/list", "nothing/known", "Initialize", ""]) {
    const { error } = await ask({ jsonrpc: "2.0", method, params: { level: "debug" } });
    expect(refusalIn(`${error?.message}`).error).toBe("missing_token");
  }
  replies.length = 0;
  const { id: _, ...notification } = callTool("open");
  await send(
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } },
    notification,
    { jsonrpc: "2.0", id: 0, result: { roots: [] } },
    { jsonrpc: "2.0", id: 0, error: { code: 1, message: "" } },
  );
  await sleep(50);
  expect([replies, runs]).toEqual([[], []]);
});

describe("messages and answers", () => {
  test("are served in the order in which they came, however long each takes to be judged", async () => {
    const waits = [60, 0, 30, 5, 0, 20];
    const connected = connect(async () => {
      await sleep(waits.shift() ?? 0);
      return writers;
    });
    const ids = [0, 1, 2, 3, 4, 5];
    await connected.send(...ids.map((id) => readResource("notes://open", id)));
    await vi.waitUntil(() => connected.replies.length === ids.length, WAIT);
    expect(connected.replies.map(({ id }) => id)).toEqual(ids);
  });

  test("one that fails holds up none that follow", async () => {
    const answers = [Promise.reject(new Error("away")), Promise.resolve(writers)];
    const connected = connect(() => answers.shift());
    await connected.send(callTool("write", {}, 1), callTool("open", {}, 2));
    await vi.waitUntil(() => connected.replies.length === 2, WAIT);
    expect(connected.runs).toEqual(["open"]);
  });

  test.each(["text", "", "__proto__", 0, -1, Number.MAX_SAFE_INTEGER])(
    "carry the id of their request: %j",
    async (id) => {
      for (const source of [writers, undefined]) {
        const { send, replies } = connect(source);
        await send({ ...callTool("open"), id }, { ...readResource("notes://open"), id });
        await vi.waitUntil(() => replies.length === 2, WAIT);
        expect(replies.map((reply) => reply.id)).toEqual([id, id]);
      }
    },
  );

  test("a call under way is told by its signal, and its result is withheld", async () => {
    const sid = randomUUID();
    const { server } = sampleServer(verifier, {}, { processMandate: sts.mint({ sid }) });
    const signals: AbortSignal[] = [];
    server.addTool({
      name: "work",
      execute: (_, { signal }) => {
        signals.push(signal);
        return new Promise((done) => {
          signal.addEventListener("abort", () => done("the result"));
        });
      },
    });
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const replies: Reply[] = [];
    ours.onmessage = (message) => replies.push(message as Reply);
    void server.connect(theirs);
    await ours.send(callTool("work") as JSONRPCMessage);
    const signal = await vi.waitUntil(() => signals[0], WAIT);
    await sts.revoke(sid);
    const reply = await vi.waitUntil(() => replies[0], WAIT);
    expect(signal.reason).toMatchObject({ code: "session_revoked" });
    expect(refusalIn(`${textOf(reply)}`).error).toBe("session_revoked");
    await ours.close();
  });
});
