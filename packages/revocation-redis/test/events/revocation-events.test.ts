import {
  createEventVerifier,
  InvalidEventError,
  parseRevocationEvent,
} from "@caracalai/revocation-redis";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const verify = createEventVerifier("caracal.sessions.revoke", { allowUnsigned: true });
const anchorsOf = (list: readonly (string | Uint8Array)[]): string[] =>
  parseRevocationEvent(list, verify).map((event) => (event.kind === "anchor" ? event.anchor : ""));

function problemOf(list: unknown): string {
  try {
    parseRevocationEvent(list as string[], verify);
    return "none";
  } catch (error) {
    if (error instanceof InvalidEventError) return error.problem;
    throw error;
  }
}

describe("an event", () => {
  test.each(["session_id", "sid", "root_sid", "agent_session_id", "delegation_edge_id", "edge_id"])(
    "that names only %s revokes it",
    (name) => {
      expect(anchorsOf(["zone_id", "zone", "reason", "logout", name, "anchor-1"])).toEqual([
        "anchor-1",
      ]);
    },
  );

  test("revokes every anchor that it names, each once, and nothing else of it", () => {
    const list = [
      "zone_id",
      "z",
      "reason",
      "r",
      "grant_id",
      "g",
      "outbox_id",
      "o",
      "dedupe_key",
      "d",
    ];
    const anchors = ["session_id", "s", "sid", "s", "root_sid", "root", "agent_session_id", "a"];
    const edges = ["delegation_edge_id", "e1", "edge_id", "e2", "unknown", "u"];
    expect(anchorsOf([...list, ...anchors, ...edges])).toEqual(["s", "root", "a", "e1", "e2"]);
  });

  test("is read from bytes as it is from text", () => {
    const list = ["session_id", "café", "zone_id", "zone"];
    expect(anchorsOf(list.map((part) => new TextEncoder().encode(part)))).toEqual(["café"]);
    expect(anchorsOf(list)).toEqual(["café"]);
  });

  test("with an empty anchor beside others revokes the others", () => {
    expect(anchorsOf(["session_id", "", "delegation_edge_id", "edge"])).toEqual(["edge"]);
  });

  test("without a zone or a reason revokes all the same", () => {
    expect(anchorsOf(["session_id", "s"])).toEqual(["s"]);
  });

  test.each<[string, unknown, string]>([
    ["no list", null, "malformed"],
    ["no fields", [], "malformed"],
    ["a name without a value", ["session_id"], "malformed"],
    ["a number", ["session_id", 5], "malformed"],
    ["no known field", ["zone_id", "z", "reason", "r"], "no_anchor"],
    ["only empty anchors", ["session_id", "", "sid", ""], "no_anchor"],
    ["an anchor's name in capitals", ["SESSION_ID", "s"], "no_anchor"],
    ["a name twice", ["session_id", "a", "session_id", "b"], "duplicate_field"],
    ["a name twice with one value", ["session_id", "a", "session_id", "a"], "duplicate_field"],
    ["a signature twice", ["session_id", "a", "_sig", "1", "_sig", "2"], "duplicate_field"],
    ["an empty name", ["", "x", "session_id", "s"], "field_name"],
    ["a name with =", ["session_id=a", "x", "session_id", "s"], "field_name"],
    ["a name beyond ASCII", ["réason", "x", "session_id", "s"], "field_name"],
    ["a name of 65 characters", ["n".repeat(65), "x", "session_id", "s"], "field_name"],
    [
      "a name with a line feed at its end",
      ["reason\n", "x", "session_id", "s"],
      "control_character",
    ],
    ["half a character", ["session_id", "\ud800"], "not_utf8"],
    ["65 fields", Array.from({ length: 65 }, (_, i) => [`f${i}`, "x"]).flat(), "too_large"],
    ["a field of 1 MB", ["session_id", "s", "reason", "x".repeat(1_000_000)], "too_large"],
    ["an anchor that no mandate can name", ["session_id", "x".repeat(16_385)], "too_large"],
  ])("with %s is set aside", (_, list, problem) => {
    expect(problemOf(list)).toBe(problem);
  });

  const controls = Array.from({ length: 0xa0 }, (_, code) => code).filter(
    (code) => code < 0x20 || code > 0x7e,
  );
  test("with a control character anywhere is set aside", () => {
    for (const code of controls) {
      const character = String.fromCodePoint(code);
      for (const list of [
        ["session_id", `a${character}b`],
        ["session_id", "s", "reason", character],
        ["session_id", "s", `re${character}ason`, "x"],
      ]) {
        expect(problemOf(list)).toBe("control_character");
      }
    }
  });

  test("with bytes that are not UTF-8 is set aside", () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x80]]) {
      expect(problemOf(["session_id", Uint8Array.from(bytes)])).toBe("not_utf8");
      expect(problemOf(["session_id", "s", Uint8Array.from(bytes), "x"])).toBe("not_utf8");
    }
  });

  test("of any bytes at all is read or set aside, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.uint8Array(), fc.constant("sid"))), (list) => {
        expect(problemOf(list)).toMatch(/^[a-z0-9_]+$/);
      }),
    );
  });
});
