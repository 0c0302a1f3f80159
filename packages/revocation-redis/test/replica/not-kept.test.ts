import { AnchorTable, TextTable } from "@caracalai/revocation";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DELEGATIONS, publish, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { createStage } from "./support/stage.js";
import { answer, type RunningReplica } from "./support/start-replica.js";

const stage = createStage();
afterEach(() => {
  vi.restoreAllMocks();
});

const failing = (): never => {
  throw new RangeError("Array buffer allocation failed: session");
};
const LAST_ERROR = "Something failed that is not expected to.";

const epochOf = ({ replica }: RunningReplica): number | undefined => {
  try {
    return replica.currentDelegationEpoch("zone");
  } catch {
    return undefined;
  }
};

describe("an event that a replica could not keep, for a reason that nobody expects,", () => {
  test("is read again: of the stream of revocations", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    const add = vi.spyOn(AnchorTable.prototype, "add").mockImplementationOnce(failing);
    await revoke(server, "session");
    await eventually(() => answer(running, "session") === "revoked", "it is revoked", 5_000);
    expect(add).toHaveBeenCalledTimes(2);
    expect(running.heard).toEqual(["session"]);
    // As long as it was not kept, nothing behind it was proven.
    expect(running.replica.health()).toMatchObject({ lastError: LAST_ERROR });
    await eventually(() => running.replica.ready, "it is ready", 5_000);
  });

  test("is read again: of the stream of delegations", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    const set = vi.spyOn(TextTable.prototype, "set").mockImplementationOnce(failing);
    await publish(server, DELEGATIONS, { event: "edge_create", zone_id: "zone", epoch: "7" });
    await eventually(() => epochOf(running) === 7, "the epoch is known", 5_000);
    expect(set).toHaveBeenCalledTimes(2);
    expect(running.heard).toEqual(["zone 7"]);
  });

  test("silences the replica for as long as that is so, and is not tried all the time", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    const add = vi.spyOn(AnchorTable.prototype, "add").mockImplementation(failing);
    await revoke(server, "session");
    await eventually(() => add.mock.calls.length > 0, "it is read");
    await eventually(() => answer(running, "session") === "stale", "it is silent", 3_000);
    expect(running.replica.health()).toMatchObject({
      ready: false,
      problem: "stale",
      lastError: LAST_ERROR,
    });
    // After n failures it waits for up to a second.
    await eventually(() => add.mock.calls.length > 6, "it goes on trying", 10_000);
    const [before, start] = [add.mock.calls.length, performance.now()];
    await eventually(() => add.mock.calls.length > before + 3, "it goes on trying", 10_000);
    expect(performance.now() - start).toBeGreaterThan(1_000);
    expect(answer(running, "session")).toBe("stale");
    add.mockRestore();
    await eventually(() => answer(running, "session") === "revoked", "it is revoked", 5_000);
    await eventually(() => running.replica.ready, "it is ready", 5_000);
    expect(running.heard).toEqual(["session"]);
  });

  test("is read when the replica starts: until it is kept, the replica is not ready", async () => {
    const server = await stage.server();
    const add = vi.spyOn(AnchorTable.prototype, "add").mockImplementation(failing);
    await revoke(server, "session");
    const running = stage.idle(server, { startTimeoutMs: 1_500 });
    await expect(running.replica.start()).rejects.toMatchObject({ problem: "unknown_history" });
    add.mockRestore();
    await eventually(() => answer(running, "session") === "revoked", "it is revoked", 5_000);
  });
});
