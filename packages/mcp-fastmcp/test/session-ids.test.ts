import { expect, test } from "vitest";
import { callTool } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { sampleServer } from "./support/sample-server.js";
import { startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

quietForFile();
const sts = await stsOfFile();
const running = await startForFile(sampleServer(verifierFor(sts)).server, "stateful");

// FastMCP's transport looks such a session up among an object's own members and those of every object.
test.concurrent.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])(
  "a session id of %s harms nobody",
  async (sessionId) => {
    const headers = { "mcp-session-id": sessionId };
    for (const authorization of [{}, bearer(sts.mint())]) {
      const posted = await post(running.url, callTool("whoami"), { ...headers, ...authorization });
      expect(posted.status).toBe("authorization" in authorization ? 404 : 401);
      for (const method of ["GET", "DELETE"]) {
        const answer = await fetch(running.url, {
          method,
          headers: { ...headers, ...authorization, accept: "text/event-stream" },
        });
        await answer.text();
        expect(answer.status).toBe("authorization" in authorization ? 404 : 401);
      }
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    const token = sts.mint();
    const session = await openSession(running, token);
    const { status } = await post(running.url, callTool("whoami"), {
      ...session,
      ...bearer(token),
    });
    expect(status).toBe(200);
  },
);
