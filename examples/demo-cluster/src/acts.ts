import type { DevSts } from "@caracalai/dev-sts";
import { call } from "./call.js";
import type { Redis } from "./start-redis.js";
import { until } from "./until.js";

/** Where the demonstration takes place. */
export interface Stage {
  readonly sts: DevSts;
  readonly redis: Redis;
  /** The MCP endpoints of all servers. */
  readonly urls: readonly string[];
  /** When the last event was about to be added to its stream, on the clock of `performance.now()`. */
  readonly publishedAt: () => number;
}

/** One line of the table. Rejects where something happens that is not expected. */
export interface Act {
  readonly name: string;
  readonly expected: string;
  readonly run: (stage: Stage) => Promise<string>;
}

const SCOPE = "mcp:tool:call notes:read";
const REVOKED = "401 session_revoked";
const UNAVAILABLE = "503 verification_unavailable";
const REVOKED_WITHIN_MS = 1_000;
/** How old the latest news of a server may be (5 seconds), and a second. */
const UNAVAILABLE_WITHIN_MS = 6_000;
const SERVE_WITHIN_MS = 20_000;

/** In this order: each begins where the one before it has ended. */
export const acts: readonly Act[] = [
  {
    name: "three servers, one Redis",
    expected: `200 from each within ${SERVE_WITHIN_MS} ms, and until then ${UNAVAILABLE}`,
    run: async (stage) => {
      const since = performance.now();
      return change(stage, mint(stage), { to: "200", from: UNAVAILABLE }, since, SERVE_WITHIN_MS);
    },
  },
  {
    name: "one revocation, published once",
    expected: `${REVOKED} from each within ${REVOKED_WITHIN_MS} ms of XADD`,
    run: async (stage) => {
      const token = mint(stage, "session_to_revoke");
      await expectEach(stage, token, "200");
      await stage.sts.revoke("session_to_revoke");
      const since = stage.publishedAt();
      return change(stage, token, { to: REVOKED, from: "200" }, since, REVOKED_WITHIN_MS);
    },
  },
  {
    name: "everybody else",
    expected: "200 from each",
    run: async (stage) => {
      await expectEach(stage, mint(stage), "200");
      return "200 from each";
    },
  },
  {
    name: "Redis is frozen (SIGSTOP)",
    expected: `${UNAVAILABLE} from each within ${UNAVAILABLE_WITHIN_MS} ms`,
    run: async (stage) => {
      const token = mint(stage);
      stage.redis.server.signal("SIGSTOP");
      const since = performance.now();
      return change(stage, token, { to: UNAVAILABLE, from: "200" }, since, UNAVAILABLE_WITHIN_MS);
    },
  },
  {
    name: "Redis is back (SIGCONT)",
    expected: `200 from each within ${SERVE_WITHIN_MS} ms; what was revoked still is`,
    run: async (stage) => {
      const token = mint(stage);
      stage.redis.server.signal("SIGCONT");
      const since = performance.now();
      const states = { to: "200", from: UNAVAILABLE };
      const happened = await change(stage, token, states, since, SERVE_WITHIN_MS);
      // A server may say once more, for a moment, that it can't know. Never may it let this one in.
      const stillRevoked = { to: REVOKED, from: UNAVAILABLE };
      await change(stage, mint(stage, "session_to_revoke"), stillRevoked, since, SERVE_WITHIN_MS);
      return `${happened}; what was revoked still is`;
    },
  },
];

function mint({ sts }: Stage, sid?: string): string {
  return sts.mint(sid === undefined ? { scope: SCOPE } : { scope: SCOPE, sid });
}

/** Asks each server until it answers otherwise than before, and tells when it did. */
async function change(
  { urls }: Stage,
  token: string,
  { to, from }: { readonly to: string; readonly from: string },
  since: number,
  withinMs: number,
): Promise<string> {
  const times = await Promise.all(
    urls.map((url) =>
      until(to, since + withinMs - performance.now(), async () => {
        const answer = await call(url, token);
        if (answer === to) return performance.now() - since;
        if (answer !== from) throw new Error(`${answer} from ${url}`);
        return undefined;
      }),
    ),
  );
  // The last question may have been asked in time, and answered too late.
  const late = times.find((time) => time > withinMs);
  if (late !== undefined) throw new Error(`${to} after ${late.toFixed(0)} ms`);
  return `${to} from each, after ${times.map((time) => time.toFixed(0)).join(", ")} ms`;
}

async function expectEach({ urls }: Stage, token: string, expected: string): Promise<void> {
  for (const url of urls) {
    const answer = await call(url, token);
    if (answer !== expected) throw new Error(`${answer} from ${url}, and not ${expected}`);
  }
}
