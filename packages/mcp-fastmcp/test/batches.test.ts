import { beforeEach, describe, expect, test } from "vitest";
import {
  callTool,
  getPrompt,
  listTools,
  type Message,
  type Reply,
  readResource,
  textOf,
} from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

quietForFile();
const sts = await stsOfFile();
const everyone = bearer(sts.mint({ sub: "ada" }));
const writer = bearer(sts.mint({ sub: "ada", scope: "notes:write" }));

const withId = (message: Message, id: string | number) => ({ ...message, id });
const { id: _, ...notification } = callTool("open");
const listed = ({ result }: Reply) => result?.tools?.map(({ name }) => name);

describe.each<readonly [Mode, boolean]>([
  ["stateless", false],
  ["stateless", true],
  ["stateful", false],
  ["stateful", true],
])("%s, as JSON: %s", async (mode, enableJsonResponse) => {
  const { server, runs } = sampleServer(verifierFor(sts));
  const running = await startForFile(server, mode, { enableJsonResponse });
  const session = await openSession(running, sts.mint({ sub: "ada" }));
  beforeEach(() => {
    runs.length = 0;
  });

  /** The answers by the ids of their requests. */
  async function ask(batch: readonly object[], headers = everyone) {
    const body = JSON.stringify(batch);
    const { status, text, replies } = await post(running.url, body, { ...session, ...headers });
    const all: Reply[] = text.startsWith("[") ? JSON.parse(text) : replies;
    return { status, text, byId: new Map<unknown, Reply>(all.map((reply) => [reply.id, reply])) };
  }

  test("lists, calls and notifications in one", async () => {
    const batch = [
      { ...listTools, id: 1 },
      notification,
      callTool("whoami", {}, 2),
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
      readResource("notes://open", 3),
      { jsonrpc: "2.0", id: 4, method: "resources/list" },
      getPrompt("open_prompt", 5),
      { jsonrpc: "2.0", id: 6, method: "ping" },
      callTool("absent", {}, 7),
    ];
    const { status, byId } = await ask(batch);
    expect([status, [...byId.keys()].sort()]).toEqual([200, [1, 2, 3, 4, 5, 6, 7]]);
    expect(listed(byId.get(1) as Reply)).toEqual(["open", "whoami", "near"]);
    expect(textOf(byId.get(2) as Reply)).toBe("ada");
    expect(textOf(byId.get(3) as Reply)).toBe("notes://open");
    expect(byId.get(4)?.result).toMatchObject({ resources: [{ uri: "notes://open" }] });
    expect(textOf(byId.get(5) as Reply)).toBe("open_prompt");
    expect(byId.get(6)?.result).toEqual({});
    expect(byId.get(7)?.error?.message).toContain("Unknown tool");
    expect(runs.sort()).toEqual(["notes://open", "open_prompt"]);
  });

  test("one denied call, and nothing in it is served", async () => {
    const batch = [{ ...listTools, id: 1 }, callTool("open", {}, 2), callTool("write", {}, 3)];
    const { status, text } = await ask(batch);
    expect([status, JSON.parse(text).error]).toEqual([403, "insufficient_scope"]);
    expect(runs).toEqual([]);
    const allowed = await ask(batch, writer);
    expect([allowed.status, listed(allowed.byId.get(1) as Reply)]).toEqual([
      200,
      ["open", "whoami", "write", "near"],
    ]);
    expect(runs.sort()).toEqual(["open", "write"]);
  });

  test("notifications alone get no answer, and call nothing", async () => {
    const { status, text } = await ask([notification, notification]);
    expect([status, text, runs]).toEqual([202, "", []]);
  });

  test.each([[["a", "b"]], [["", " "]], [[0, "0"]], [[1, "1"]], [["__proto__", "constructor"]]])(
    "ids of %j",
    async (ids) => {
      const [first = "", second = ""] = ids as (string | number)[];
      const batch = [withId(listTools, first), withId(callTool("whoami"), second)];
      const { status, byId } = await ask(batch);
      expect([status, [...byId.keys()].sort()]).toEqual([200, [...ids].sort()]);
      expect(listed(byId.get(first) as Reply)).toEqual(["open", "whoami", "near"]);
      expect(textOf(byId.get(second) as Reply)).toBe("ada");
    },
  );
});
