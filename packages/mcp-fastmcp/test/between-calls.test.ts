import { randomUUID } from "node:crypto";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { describe, expect, test } from "vitest";
import { callTool, getPrompt, readResource } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { refusalIn } from "./support/refusal.js";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const revocations = new InMemoryRevocationStore();
const sts = await stsOfFile({ revocations });
const clock = { aheadMs: 0 };
const verifier = verifierFor(sts, { revocations, now: () => Date.now() + clock.aheadMs });

interface Ending {
  readonly name: string;
  end(sid: string): void | Promise<void>;
  readonly refusal: { readonly error: string; readonly error_description: string };
}

const endings: readonly Ending[] = [
  {
    name: "revoked",
    end: (sid) => sts.revoke(sid),
    refusal: { error: "session_revoked", error_description: "Session revoked" },
  },
  {
    name: "expired",
    end: () => {
      clock.aheadMs = 900_000;
    },
    refusal: { error: "invalid_token", error_description: "Token validation failed" },
  },
];

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const { server, runs } = sampleServer(verifier);
  const running = await startForFile(server, mode);

  test.each(endings)("$name between two calls", async ({ end, refusal }) => {
    clock.aheadMs = 0;
    runs.length = 0;
    const sid = randomUUID();
    const token = sts.mint({ sid, scope: "notes:write" });
    const headers = { ...(await openSession(running, token)), ...bearer(token) };
    const messages = [callTool("open"), callTool("write"), readResource("notes://open")];

    for (const message of messages) {
      expect((await post(running.url, message, headers)).status).toBe(200);
    }
    await end(sid);
    for (const message of [...messages, getPrompt("open_prompt")]) {
      const answer = await post(running.url, message, headers);
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
      expect(refusalIn(answer.text)).toEqual(refusal);
    }
    expect(runs).toHaveLength(messages.length);
  });
});
