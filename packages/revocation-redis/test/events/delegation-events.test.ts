import {
  createEventVerifier,
  InvalidEventError,
  parseDelegationEvent,
} from "@caracalai/revocation-redis";
import { describe, expect, test } from "vitest";

const verify = createEventVerifier("caracal.delegations.invalidate", { allowUnsigned: true });

describe("a delegation event", () => {
  test.each(["edge_id", "edge_ids", "affected_edges"])(
    "with %s raises its zone's epoch",
    (edges) => {
      const list = ["event", "edge_revoke", "zone_id", "zone", "epoch", "17", edges, "e1,e2"];
      expect(parseDelegationEvent(list, verify)).toEqual([
        { kind: "epoch", zoneId: "zone", epoch: 17 },
      ]);
    },
  );

  test.each([
    ["0", 0],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("of the epoch %s is taken", (text, epoch) => {
    expect(parseDelegationEvent(["zone_id", "zone", "epoch", text], verify)).toEqual([
      { kind: "epoch", zoneId: "zone", epoch },
    ]);
  });

  test.each([
    ["", "no_epoch"],
    ["-1", "no_epoch"],
    ["+1", "no_epoch"],
    ["01", "no_epoch"],
    ["1.0", "no_epoch"],
    ["1e3", "no_epoch"],
    ["0x10", "no_epoch"],
    [" 1", "no_epoch"],
    ["١", "no_epoch"],
    ["9007199254740992", "no_epoch"],
    ["1".repeat(400), "no_epoch"],
    ["1\n", "control_character"],
  ])("of the epoch %j is set aside", (epoch, problem) => {
    expect(problemOf(["zone_id", "zone", "epoch", epoch])).toBe(problem);
  });

  test.each<[string, string[], string]>([
    ["no zone", ["epoch", "1"], "no_zone"],
    ["an empty zone", ["zone_id", "", "epoch", "1"], "no_zone"],
    ["a zone that no mandate can name", ["zone_id", "z".repeat(16_385), "epoch", "1"], "too_large"],
    ["no epoch", ["zone_id", "zone", "edge_id", "e"], "no_epoch"],
    ["two epochs", ["zone_id", "zone", "epoch", "1", "epoch", "2"], "duplicate_field"],
  ])("with %s is set aside", (_, list, problem) => {
    expect(problemOf(list)).toBe(problem);
  });
});

function problemOf(list: string[]): string {
  try {
    parseDelegationEvent(list, verify);
    return "none";
  } catch (error) {
    if (error instanceof InvalidEventError) return error.problem;
    throw error;
  }
}
