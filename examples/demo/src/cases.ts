import { setTimeout as sleep } from "node:timers/promises";
import { agentMandate, type DevSts, delegatedMandate } from "@caracalai/dev-sts";
import { type Caller, connect, type HttpAnswer } from "./caller.js";

/** Where a demonstration takes place. */
export interface Stage {
  readonly sts: DevSts;
  /** The MCP endpoint of the notes server. */
  readonly url: string;
  /** The same of a server that serves keys for a short time only, so that an outage can be watched. */
  readonly forgetfulUrl: string;
  /** How long that server serves keys that it can't refresh, in milliseconds. */
  readonly keyMaxAgeMs: number;
}

/** One line of the table. */
export interface Case {
  readonly name: string;
  readonly expected: string;
  readonly run: (stage: Stage) => Promise<string>;
}

const SCOPES = "mcp:tool:call notes:read notes:delete payments:write";
const LOAD = { sessions: 4, callsEach: 50 };

/** In this order: the last one takes the STS away. */
export const cases: readonly Case[] = [
  {
    name: "allowed call",
    expected: "200",
    run: async ({ sts, url }) => callOnce(url, sts.mint({ scope: SCOPES }), "read_notes"),
  },
  {
    name: "no token",
    expected: '401 missing_token, challenge: Bearer scope="mcp:tool:call"',
    run: async ({ url }) => callOnce(url, undefined, "whoami"),
  },
  {
    name: "wrong audience",
    expected: '401 invalid_token, challenge: Bearer error="invalid_token"',
    run: async ({ sts, url }) =>
      callOnce(url, sts.mint({ aud: ["https://other.example.com"] }), "whoami"),
  },
  {
    name: "expired",
    expected: '401 invalid_token, challenge: Bearer error="invalid_token"',
    run: async ({ sts, url }) =>
      callOnce(url, sts.mint({}, { now: Math.floor(Date.now() / 1_000) - 901 }), "whoami"),
  },
  {
    name: "scope missing on one tool",
    expected:
      '403 insufficient_scope, challenge: Bearer error="insufficient_scope", scope="mcp:tool:call notes:read"',
    run: async ({ sts, url }) => callOnce(url, sts.mint({ scope: "mcp:tool:call" }), "read_notes"),
  },
  {
    name: "not an agent",
    expected: '403 agent_required, challenge: Bearer error="insufficient_scope"',
    run: async ({ sts, url }) => callOnce(url, sts.mint({ scope: SCOPES }), "delete_notes"),
  },
  {
    name: "an agent",
    expected: "200",
    run: async ({ sts, url }) =>
      callOnce(url, sts.mint(agentMandate({ scope: SCOPES })), "delete_notes"),
  },
  {
    name: "delegated over 2 hops",
    expected: "200",
    run: async ({ sts, url }) =>
      callOnce(url, sts.mint(delegatedMandate({ scope: SCOPES, hops: 2 })), "pay"),
  },
  {
    name: "too many hops (3)",
    expected: '403 hop_count_exceeded, challenge: Bearer error="insufficient_scope"',
    run: async ({ sts, url }) =>
      callOnce(url, sts.mint(delegatedMandate({ scope: SCOPES, hops: 3 })), "pay"),
  },
  {
    name: "revoked in the middle of a session",
    expected: '200, then 401 session_revoked, challenge: Bearer error="invalid_token"',
    run: async ({ sts, url }) => {
      const token = sts.mint({ scope: SCOPES, sid: "session_to_revoke" });
      return withSession(url, token, async (caller) => {
        const before = describe(await caller.call("read_notes"));
        await sts.revoke("session_to_revoke");
        return `${before}, then ${describe(await caller.call("read_notes"))}`;
      });
    },
  },
  {
    name: "key rotated under load",
    expected: `${LOAD.sessions * LOAD.callsEach} calls, old key and new: all 200, 1 key-set request for the new key`,
    run: rotateUnderLoad,
  },
  {
    name: "STS down",
    expected: "200 from the cache, then 503 verification_unavailable",
    run: async ({ sts, forgetfulUrl, keyMaxAgeMs }) => {
      const token = sts.mint({ scope: SCOPES });
      return withSession(forgetfulUrl, token, async (caller) => {
        await sts.pause();
        const cached = describe(await caller.call("read_notes"));
        await sleep(keyMaxAgeMs + 100);
        return `${cached} from the cache, then ${describe(await caller.call("read_notes"))}`;
      });
    },
  },
];

/** Half of the sessions carry mandates of the old key, half of the new one, which is new to the server. */
async function rotateUnderLoad({ sts, url }: Stage): Promise<string> {
  const open = (count: number) =>
    Promise.all(Array.from({ length: count }, () => connect(url, sts.mint({ scope: SCOPES }))));
  const sessions = await open(LOAD.sessions / 2);
  const calling = sessions.map((session) => callRepeatedly(session));
  const requestsBefore = sts.keySetRequests();
  sts.rotate();
  const newSessions = await open(LOAD.sessions / 2);
  const statuses = (
    await Promise.all([...calling, ...newSessions.map((session) => callRepeatedly(session))])
  ).flat();
  const requests = sts.keySetRequests() - requestsBefore;
  const outcome = [...new Set(statuses)].join(" and ");
  return `${statuses.length} calls, old key and new: all ${outcome}, ${requests} key-set request for the new key`;
}

async function callRepeatedly(session: Caller | HttpAnswer): Promise<string[]> {
  if ("status" in session) return [describe(session)];
  const outcomes: string[] = [];
  for (let call = 0; call < LOAD.callsEach; call += 1) {
    outcomes.push(describe(await session.call("read_notes")));
  }
  await session.close();
  return outcomes;
}

function callOnce(url: string, token: string | undefined, tool: string): Promise<string> {
  return withSession(url, token, async (caller) => describe(await caller.call(tool)));
}

async function withSession(
  url: string,
  token: string | undefined,
  use: (caller: Caller) => Promise<string>,
): Promise<string> {
  const session = await connect(url, token);
  if ("status" in session) return describe(session);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** The parts of a challenge that the table is about; description and metadata stand in every one. */
function describe({ status, error, challenge, toolError }: HttpAnswer): string {
  const shown = challenge
    ?.replace(/,? ?(?:error_description|resource_metadata)="[^"]*"/g, "")
    .trim();
  return [
    `${status}${error ? ` ${error}` : ""}`,
    shown && `challenge: ${shown}`,
    toolError && `but the tool failed: ${toolError}`,
  ]
    .filter(Boolean)
    .join(", ");
}
