import { agentMandate, delegatedMandate } from "@caracalai/dev-sts";
import { protectTool } from "@caracalai/mcp-fastmcp";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Fields, send } from "./support/http.js";
import {
  callTool,
  getPrompt,
  initialize,
  listTools,
  type Message,
  readResource,
} from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { refusalIn } from "./support/refusal.js";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, startForFile, startForTest } from "./support/start-server.js";
import { AUDIENCE, stsOfFile, stsOfTest, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const SCOPE = "mcp:tool:call";
const METADATA = `resource_metadata="${AUDIENCE}/.well-known/oauth-protected-resource"`;
const good = sts.mint();

const invalid = `Bearer error="invalid_token", error_description="Token validation failed", ${METADATA}`;
const lacking = (description: string, scope = "") =>
  `Bearer error="insufficient_scope", error_description="${description}", ${scope}${METADATA}`;
const lacksWrite = lacking("Missing scope: notes:write", `scope="${SCOPE} notes:write", `);
const writeRefused = { error: "insufficient_scope", description: "Missing scope: notes:write" };
const invalidToken = { error: "invalid_token", description: "Token validation failed" };
const missingToken = { error: "missing_token", description: "Missing bearer token" };

interface Case {
  readonly name: string;
  readonly authorization?: string | string[];
  readonly message?: Message;
  readonly status: 401 | 403;
  readonly challenge: string;
  readonly error: string;
  readonly description: string;
}

const missing = {
  status: 401,
  challenge: `Bearer scope="${SCOPE}", ${METADATA}`,
  ...missingToken,
} as const;
const refused = { status: 401, challenge: invalid, ...invalidToken } as const;

const cases: readonly Case[] = [
  { name: "no header", ...missing },
  { name: "an empty header", authorization: "", ...missing },
  { name: "another scheme", authorization: "Basic YTpi", ...missing },
  { name: "the scheme alone", authorization: "Bearer", ...missing },
  {
    name: "no header, for a tool that needs more",
    message: callTool("write"),
    ...missing,
    challenge: `Bearer scope="${SCOPE} notes:write", ${METADATA}`,
  },
  { name: "no header, to open a session", message: initialize, ...missing },
  { name: "no header, for a list", message: listTools, ...missing },
  { name: "no header, for a resource", message: readResource("notes://open"), ...missing },
  { name: "no header, for a prompt", message: getPrompt("open_prompt"), ...missing },
  {
    name: "a changed signature",
    authorization: `Bearer ${sts.mint({}, { tamper: "signature" })}`,
    ...refused,
  },
  {
    name: "a changed payload",
    authorization: `Bearer ${sts.mint({}, { tamper: "payload" })}`,
    ...refused,
  },
  {
    name: "another audience",
    authorization: `Bearer ${sts.mint({ aud: ["https://other"] })}`,
    ...refused,
  },
  { name: "two headers", authorization: [`Bearer ${good}`, `Bearer ${good}`], ...refused },
  {
    name: "two headers, the first of another scheme",
    authorization: ["Basic YTpi", `Bearer ${good}`],
    ...refused,
  },
  { name: "two tokens", authorization: `Bearer ${good} ${good}`, ...refused },
  {
    name: "another zone",
    authorization: `Bearer ${sts.mint({ zone_id: "zone_other" })}`,
    status: 401,
    challenge: `Bearer error="invalid_token", error_description="Token zone validation failed", ${METADATA}`,
    error: "invalid_zone",
    description: "Token zone validation failed",
  },
  {
    name: "without the scope that everything needs",
    authorization: `Bearer ${sts.mint({ scope: "notes:write" })}`,
    status: 403,
    challenge: lacking(`Missing scope: ${SCOPE}`, `scope="${SCOPE}", `),
    error: "insufficient_scope",
    description: `Missing scope: ${SCOPE}`,
  },
  ...[callTool("write"), readResource("notes://write"), getPrompt("write_prompt")].map(
    (message) =>
      ({
        name: `without the scope that is needed for ${message.method}`,
        authorization: `Bearer ${good}`,
        message,
        status: 403,
        challenge: lacksWrite,
        ...writeRefused,
      }) as const,
  ),
  {
    name: "not an agent",
    authorization: `Bearer ${good}`,
    message: callTool("as_agent"),
    status: 403,
    challenge: lacking("Agent identity required"),
    error: "agent_required",
    description: "Agent identity required",
  },
  {
    name: "not delegated",
    authorization: `Bearer ${sts.mint(agentMandate())}`,
    message: callTool("delegated"),
    status: 403,
    challenge: lacking("Delegation required"),
    error: "delegation_required",
    description: "Delegation required",
  },
  {
    name: "not by way of an application",
    authorization: `Bearer ${sts.mint(delegatedMandate())}`,
    message: callTool("via_7"),
    status: 403,
    challenge: lacking("Delegation chain missing application: app_7"),
    error: "chain_mismatch",
    description: "Delegation chain missing application: app_7",
  },
  {
    name: "delegated too often",
    authorization: `Bearer ${sts.mint(delegatedMandate({ hops: 2 }))}`,
    message: callTool("near"),
    status: 403,
    challenge: lacking("Hop count exceeded"),
    error: "hop_count_exceeded",
    description: "Hop count exceeded",
  },
];

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const { server, runs } = sampleServer(verifierFor(sts, { requiredScopes: [SCOPE] }));
  const remove = { name: "delete", execute: async () => `${runs.push("delete")}` };
  server.addTool(protectTool({ requiredScopes: ["notes:delete"] }, remove));
  const running = await startForFile(server, mode);
  const session = await openSession(running, good);

  test.each(cases)("$status: $name", async (each) => {
    const { authorization, message = callTool("open"), status, challenge } = each;
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await post(running.url, message, { ...session, ...headers });

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "www-authenticate": challenge,
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
    });
    expect(answer.headers).not.toHaveProperty("retry-after");
    expect(refusalIn(answer.text)).toEqual({
      error: each.error,
      error_description: each.description,
    });
    expect(runs).toEqual([]);
  });

  test("a challenge names what all in a batch need, whatever of it is there", async () => {
    const batch = [callTool("open", {}, 1), callTool("delete", {}, 2), callTool("write", {}, 3)];
    const scope = `scope="${SCOPE} notes:delete notes:write"`;
    const none = await post(running.url, batch, session);
    expect([none.status, none.headers["www-authenticate"]]).toEqual([
      401,
      `Bearer ${scope}, ${METADATA}`,
    ]);
    for (const [granted, lacks] of [
      [SCOPE, "notes:delete"],
      [`${SCOPE} notes:write`, "notes:delete"],
      [`notes:delete ${SCOPE}`, "notes:write"],
    ] as const) {
      const headers = { ...session, ...bearer(sts.mint({ scope: granted })) };
      for (const body of [batch, [...batch, ...batch]]) {
        const answer = await post(running.url, body, headers);
        expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
          403,
          lacking(`Missing scope: ${lacks}`, `${scope}, `),
        ]);
      }
    }
    const mixed = [callTool("delete", {}, 1), readResource("notes://write", 2)];
    const answer = await post(running.url, mixed, { ...session, ...bearer(good) });
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
      403,
      lacking("Missing scope: notes:delete", `${scope}, `),
    ]);
    expect(runs).toEqual([]);
    const all = sts.mint({ scope: `${SCOPE} notes:delete notes:write` });
    const { status, replies } = await post(running.url, batch, { ...session, ...bearer(all) });
    expect([status, replies.map(({ id }) => id).sort()]).toEqual([200, [1, 2, 3]]);
    runs.length = 0;
  });

  test("a token is looked for in the header alone", async () => {
    const inQuery = `${running.url}?access_token=${good}&authorization=Bearer%20${good}`;
    const inBody = { ...callTool("open", { access_token: good }), access_token: good };
    for (const [url, message] of [
      [inQuery, callTool("open")],
      [running.url, inBody],
    ] as const) {
      const answer = await post(url, message, { ...session, "x-authorization": `Bearer ${good}` });
      expect([answer.status, refusalIn(answer.text).error]).toEqual([401, "missing_token"]);
    }
    expect(runs).toEqual([]);
  });

  test.each(["GET", "DELETE"] as const)("%s needs a mandate too", async (method) => {
    const noise = vi.spyOn(console, "log").mockImplementation(() => {});
    onTestFinished(() => noise.mockRestore());
    const expected = mode === "stateful" ? 401 : 405;
    for (const token of [undefined, "a.b.c"]) {
      const headers: Fields = {
        ...session,
        accept: "text/event-stream",
        ...bearer(token),
      };
      const answer = await send(running.url, { method, headers });
      expect(answer.status).toBe(expected);
    }
  });

  test("503 while the STS is down, for whoever comes", async () => {
    const other = await stsOfTest();
    const token = other.mint({ scope: SCOPE });
    await other.pause();
    const sample = sampleServer(verifierFor(other, { requiredScopes: [SCOPE] }));
    const { url } = await startForTest(sample.server, mode);
    for (const message of [callTool("open"), callTool("write"), initialize]) {
      const answer = await post(url, message, bearer(token));
      expect(answer.status).toBe(503);
      expect(answer.headers).toMatchObject({
        "retry-after": expect.stringMatching(/^[1-9]\d*$/),
        "cache-control": "no-store",
      });
      expect(answer.headers).not.toHaveProperty("www-authenticate");
      expect(refusalIn(answer.text).error).toBe("verification_unavailable");
    }
    expect(sample.runs).toEqual([]);
  });
});
