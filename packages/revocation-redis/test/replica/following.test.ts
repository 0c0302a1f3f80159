import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DELEGATIONS, KEY, publish, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { createStage } from "./support/stage.js";
import { answer } from "./support/start-replica.js";

const stage = createStage();
const OTHER_KEY = "fedcba9876543210".repeat(4);

describe("a revocation that is published", () => {
  test("is known and told within a second, whichever anchor names it", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxStalenessMs: 5_000 });
    const fields = ["session_id", "sid", "root_sid", "agent_session_id", "delegation_edge_id"];
    for (const field of [...fields, "edge_id"]) {
      const anchor = randomUUID();
      expect(answer(running, anchor)).toBe("live");
      await publish(server, REVOCATIONS, { zone_id: "zone", reason: "logout", [field]: anchor });
      await eventually(() => answer(running, anchor) === "revoked", field, 1_000);
      expect(running.heard.at(-1)).toBe(anchor);
    }
  });

  test("is known to each of several replicas, since they do not share what they read", async () => {
    const server = await stage.server();
    const all = await Promise.all([1, 2, 3].map(() => stage.replica(server)));
    await revoke(server, "session");
    for (const running of all) {
      await eventually(() => answer(running, "session") === "revoked", "each replica", 1_000);
    }
  });

  test("raises its zone's epoch where it is a change of delegations, and never lowers it", async () => {
    const server = await stage.server();
    const { replica, heard } = await stage.replica(server);
    const change = (epoch: number): Promise<string> =>
      publish(server, DELEGATIONS, {
        event: "edge_revoke",
        zone_id: "zone",
        epoch: `${epoch}`,
        edge_id: "edge",
      });
    await change(9);
    await change(10);
    await change(4);
    await eventually(() => replica.currentDelegationEpoch("zone") === 10, "the epoch", 1_000);
    await change(11);
    await eventually(() => heard.includes("zone 11"), "the event", 1_000);
    expect(heard).toEqual(["zone 9", "zone 10", "zone 11"]);
    expect(replica.check({ anchors: ["edge"], zoneId: "zone" })).toEqual({
      revoked: false,
      delegationEpoch: 11,
    });
  });

  test("is told once, however often it is published", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    for (const session of ["a", "a", "b", "a", "c"]) await revoke(server, session);
    await eventually(() => answer(running, "c") === "revoked", "the last one", 1_000);
    expect(running.heard).toEqual(["a", "b", "c"]);
  });

  test("is known where thousands come at once", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { allowUnsigned: true, signatureKeys: undefined });
    await server.command(
      "EVAL",
      `for i = 1, 5000 do redis.call('XADD', KEYS[1], '*', 'sid', 'session-' .. i) end`,
      "1",
      REVOCATIONS,
    );
    await eventually(() => answer(running, "session-5000") === "revoked", "the last one", 5_000);
    expect(running.heard).toHaveLength(5_000);
    expect(answer(running, "session-1")).toBe("revoked");
    expect(running.replica.health()).toMatchObject({ ready: true, resynchronisations: 0 });
  });
});

describe("an event that is not to be believed", () => {
  test.each<[string, (server: Parameters<typeof publish>[0]) => Promise<unknown>]>([
    ["without a signature", (it) => it.command("XADD", REVOCATIONS, "*", "sid", "victim")],
    ["signed with another key", (it) => publish(it, REVOCATIONS, { sid: "victim" }, OTHER_KEY)],
    [
      "signed for the other stream",
      async (it) => {
        await publish(it, DELEGATIONS, { sid: "victim", zone_id: "zone", epoch: "1" });
        const copied = await it.command("XRANGE", DELEGATIONS, "-", "+");
        const [[, fields = []] = []] = copied as [string, string[]][];
        await it.command("XADD", REVOCATIONS, "*", ...fields);
      },
    ],
    ["with nothing in it", (it) => publish(it, REVOCATIONS, { reason: "logout" })],
    ["of a megabyte", (it) => it.command("XADD", REVOCATIONS, "*", "sid", "v".repeat(1_000_000))],
    ["with control characters", (it) => it.command("XADD", REVOCATIONS, "*", "sid", "vic\ntim")],
  ])("%s is left out and counted, and what follows is taken", async (_, forge) => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await forge(server);
    await revoke(server, "after");
    await eventually(() => answer(running, "after") === "revoked", "what follows", 1_000);
    expect(answer(running, "victim")).toBe("live");
    expect(running.heard.filter((it) => it !== "zone 1")).toEqual(["after"]);
    expect(running.replica.health()).toMatchObject({ ready: true, ignoredEvents: 1 });
  });

  test("is one with the old key only after that was left out", async () => {
    const server = await stage.server();
    const during = await stage.replica(server, { signatureKeys: [OTHER_KEY, KEY] });
    const after = await stage.replica(server, { signatureKeys: [OTHER_KEY] });
    await publish(server, REVOCATIONS, { sid: "old" }, KEY);
    await publish(server, REVOCATIONS, { sid: "new" }, OTHER_KEY);
    for (const running of [during, after]) {
      await eventually(() => answer(running, "new") === "revoked", "the new key", 1_000);
    }
    expect([answer(during, "old"), answer(after, "old")]).toEqual(["revoked", "live"]);
    // So it shows that a key is lacking.
    const countOf = ({ replica }: typeof after): number => replica.health().wrongSignatures;
    expect([countOf(during), countOf(after)]).toEqual([0, 1]);
  });
});

test("an entry of the stream ends with its lifetime, whatever the wall clock says", async () => {
  const server = await stage.server();
  const running = await stage.replica(server, { defaultTtlMs: 1_500 });
  await revoke(server, "session");
  await eventually(() => answer(running, "session") === "revoked", "the event", 1_000);
  const { now } = Date;
  stage.atEnd(() => {
    Date.now = now;
  });
  Date.now = () => now() + 3_600_000;
  expect(answer(running, "session")).toBe("revoked");
  Date.now = () => now() - 3_600_000;
  await sleep(1_700);
  expect(answer(running, "session")).toBe("live");
});
