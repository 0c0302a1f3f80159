import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { cleanUp } from "./support/clean-up.js";
import { connect } from "./support/connect.js";
import { modes } from "./support/modes.js";
import { callOf, initialize, post } from "./support/post.js";
import { environmentOf, startServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

const UNAVAILABLE = { status: 503, body: { error: "verification_unavailable" } };

describe.concurrent.each(modes)("$mode", ({ environment }) => {
  test("STS down: known keys serve on, a new server waits for it, and recovers", async () => {
    const sts = await startSts();
    const variables = { ...environmentOf(sts), ...environment };
    const known = await startServer(variables);
    const session = await connect(known.url, sts.mint());
    expect((await session.call("whoami")).status).toBe(200);

    await sts.pause();
    const fresh = await startServer(variables);
    expect((await session.call("whoami")).status).toBe(200);
    expect((await post(known.url, initialize, sts.mint({ sub: "user_new" }))).status).toBe(200);
    expect(await post(fresh.url, initialize, sts.mint())).toMatchObject(UNAVAILABLE);
    // A key that is not known may be one that can't be fetched: no verdict on the token.
    const unknown = sts.mint({}, { kid: "kid_unknown" });
    expect(await post(known.url, initialize, unknown)).toMatchObject(UNAVAILABLE);

    await sts.resume();
    await vi.waitFor(
      async () => expect((await post(fresh.url, initialize, sts.mint())).status).toBe(200),
      { timeout: 100_000, interval: 250 },
    );
    expect((await session.call("whoami")).status).toBe(200);
  }, 150_000);

  test("an STS that never answers: 503 by the deadline, for all who wait", async () => {
    let connections = 0;
    const silent = createServer((socket) => {
      connections += 1;
      socket.on("error", () => {});
      cleanUp(() => socket.destroy());
    }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    cleanUp(() => silent.close());
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const sts = await startSts();
    const { url } = await startServer({
      ...environmentOf(sts),
      ...environment,
      CARACAL_ISSUER: `http://127.0.0.1:${port}`,
    });
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(url, callOf("whoami"), sts.mint())),
    );
    // The deadline is 5 seconds; the rest is for a machine that is busy.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    for (const answer of answers) expect(answer).toMatchObject(UNAVAILABLE);
    // One for all of them; another only for who comes after the deadline.
    expect(connections).toBeLessThanOrEqual(2);
  }, 60_000);
});
