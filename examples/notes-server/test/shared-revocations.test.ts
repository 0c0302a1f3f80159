import { agentMandate, delegatedMandate, type MintClaims } from "@caracalai/dev-sts";
import { signEvent } from "@caracalai/revocation-redis";
import { describe, expect, test, vi } from "vitest";
import { modes } from "./support/modes.js";
import { bodyOf, callOf, initialize, MCP_HEADERS, post } from "./support/post.js";
import { addEvent, STREAM_KEY, sharing, startRedis } from "./support/start-redis.js";
import { environmentOf, startServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

const WITHIN_A_SECOND = { timeout: 1_000, interval: 10 };
const SOON = { timeout: 20_000, interval: 50 };
const REVOCATIONS = "caracal.sessions.revoke";
const REVOKED = { status: 401, body: { error: "session_revoked" } };

const redis = await startRedis();
const sts = await startSts({
  zones: ["zone_revoking", "zone_changing"],
  events: {
    signatureKey: STREAM_KEY,
    publish: (stream, fields) => addEvent(redis, stream, fields),
  },
});
const mint = (claims: MintClaims = {}) => sts.mint(claims);
const start = () => startServer({ ...environmentOf(sts), ...sharing(redis), STATELESS: "1" });
const instances = await Promise.all([start(), start(), start()]);
const urls = instances.map(({ url }) => url);
await Promise.all(urls.map(serves));

describe("on every instance", () => {
  test.each([
    ["sid", { sid: "session_1" }],
    ["root_sid", { root_sid: "root_session_1" }],
    ["agent_session_id", agentMandate({ agent_session_id: "agent_session_1" })],
    ["delegation_edge_id", delegatedMandate({ delegation_edge_id: "edge_revoked" })],
  ])(
    "a mandate is refused within a second of an event that revokes its %s",
    async (anchor, claims) => {
      const token = mint(claims);
      for (const url of urls) await expectAnswer(url, token, { status: 200 });
      await sts.revoke(String(claims[anchor as keyof typeof claims]));
      await Promise.all(
        urls.map((url) => vi.waitFor(() => expectAnswer(url, token, REVOKED), WITHIN_A_SECOND)),
      );
    },
  );

  test("a mandate is refused within a second of a change of the delegation graph", async () => {
    const token = sts.mint(delegatedMandate(), { zone: "zone_changing" });
    for (const url of urls) await expectAnswer(url, token, { status: 200 });
    await sts.bumpEpoch("zone_changing");
    const stale = { status: 401, body: { error: "delegation_stale" } };
    await Promise.all(
      urls.map((url) => vi.waitFor(() => expectAnswer(url, token, stale), WITHIN_A_SECOND)),
    );
  });

  test("an event that is forged, altered, of another stream or unsigned has no effect", async () => {
    const fields = { zone_id: "zone_revoking", reason: "none", session_id: "session_kept" };
    const forged = signEvent(REVOCATIONS, fields, "fedcba9876543210".repeat(4));
    const altered = signEvent(REVOCATIONS, { ...fields, session_id: "other" }, STREAM_KEY);
    const elsewhere = signEvent("caracal.delegations.invalidate", fields, STREAM_KEY);
    for (const _sig of [forged, altered, elsewhere]) {
      await addEvent(redis, REVOCATIONS, { ...fields, _sig });
    }
    await addEvent(redis, REVOCATIONS, fields);

    // What comes later in the stream has been read: so have they.
    await sts.revoke("session_after");
    const after = mint({ sid: "session_after" });
    await Promise.all(urls.map((url) => vi.waitFor(() => expectAnswer(url, after, REVOKED), SOON)));
    await vi.waitFor(
      async () => expect(await redis.command("XLEN", `${REVOCATIONS}.dead-letter`)).toBe(4),
      SOON,
    );
    const kept = mint({ sid: "session_kept" });
    for (const url of urls) await expectAnswer(url, kept, { status: 200 });
  });

  test("a server that starts later knows what was revoked, though the stream was trimmed", async () => {
    await sts.revoke("session_before");
    const key = "caracal:revoked:sessions:session_before";
    await vi.waitFor(async () => expect(await redis.command("EXISTS", key)).toBe(1), SOON);
    await redis.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    const { url } = await start();
    await serves(url);
    await expectAnswer(url, mint({ sid: "session_before" }), REVOKED);
  });
});

test.each(modes)("$mode: a call under way ends within a second of the revocation", async (mode) => {
  const variables = { ...environmentOf(sts), ...sharing(redis), ...mode.environment };
  const { url } = await startServer(variables);
  const token = mint({ sid: `session_of_${mode.mode}_call` });
  const opened = await vi.waitFor(async () => {
    const answer = await post(url, initialize, token);
    expect(answer.status).toBe(200);
    return answer;
  }, SOON);
  const call = await startSlowCall(url, token, opened.headers.get("mcp-session-id"));
  await vi.waitFor(() => expect(call.steps()).toBeGreaterThan(1), SOON);
  expect(call.hasEnded()).toBe(false);
  await sts.revoke(`session_of_${mode.mode}_call`);
  await vi.waitFor(() => expect(call.hasEnded()).toBe(true), WITHIN_A_SECOND);
  expect(call.text()).not.toContain("Done after");
});

/** Calls the tool that takes its time, and reads what comes as it comes. */
async function startSlowCall(url: string, token: string, session: string | null) {
  const { body } = await fetch(url, {
    method: "POST",
    headers: {
      ...MCP_HEADERS,
      authorization: `Bearer ${token}`,
      ...(session !== null && { "mcp-session-id": session }),
    },
    body: bodyOf({
      method: "tools/call",
      params: { name: "slow", arguments: { seconds: 50 }, _meta: { progressToken: 1 } },
    }),
    signal: AbortSignal.timeout(30_000),
  });
  let text = "";
  let hasEnded = false;
  const read = async () => {
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) text += piece;
  };
  const end = () => {
    hasEnded = true;
  };
  void read().then(end, end);
  return {
    text: () => text,
    steps: () => text.split("notifications/progress").length - 1,
    hasEnded: () => hasEnded,
  };
}

async function serves(url: string) {
  await vi.waitFor(() => expectAnswer(url, mint(), { status: 200 }), SOON);
}

async function expectAnswer(url: string, token: string, expected: object) {
  expect(await post(url, callOf("whoami"), token)).toMatchObject(expected);
}
