import {
  ConfigurationError,
  createEventVerifier,
  type EventTrust,
  InvalidEventError,
  parseRevocationEvent,
  signEvent,
} from "@caracalai/revocation-redis";
import { describe, expect, test } from "vitest";

const STREAM = "caracal.sessions.revoke";
const KEY = "0123456789abcdef".repeat(4);
const NEXT_KEY = "fedcba9876543210".repeat(5);
const FIELDS = { zone_id: "zone", reason: "logout", session_id: "session-1", sid: "sid-1" };

const signed = (fields: Record<string, string>, key = KEY, stream = STREAM): string[] => [
  ...Object.entries(fields).flat(),
  "_sig",
  signEvent(stream, fields, key),
];

function judge(list: string[], keys: readonly string[] = [KEY]): unknown {
  try {
    return parseRevocationEvent(list, createEventVerifier(STREAM, { signatureKeys: keys }));
  } catch (error) {
    if (error instanceof InvalidEventError) return error.problem;
    throw error;
  }
}

const ANCHORS = [
  { kind: "anchor", anchor: "session-1" },
  { kind: "anchor", anchor: "sid-1" },
];

test("the signature is that of the wire format's check vector", () => {
  expect(signEvent("audit:events", { action: "transfer", amount: "100" }, KEY)).toBe(
    "c06ccc579e026c31a97a04f203981b236a3c88041712e9b46242e8762da23d75",
  );
  expect(signEvent("audit:events", { amount: "100", action: "transfer" }, KEY)).toBe(
    "c06ccc579e026c31a97a04f203981b236a3c88041712e9b46242e8762da23d75",
  );
});

describe("where a key is configured", () => {
  test("a signed event is taken, whatever the order of its fields", () => {
    expect(judge(signed(FIELDS))).toEqual(ANCHORS);
    const [name = "", value = "", ...rest] = signed(FIELDS);
    expect(judge([...rest, name, value])).toEqual(ANCHORS);
  });

  test("an unsigned event is refused", () => {
    expect(judge(Object.entries(FIELDS).flat())).toBe("unsigned");
  });

  test("a signature of no key, in upper case, cut, empty or of something else is refused", () => {
    const signature = signEvent(STREAM, FIELDS, KEY);
    const fields = Object.entries(FIELDS).flat();
    for (const wrong of [
      signEvent(STREAM, FIELDS, NEXT_KEY),
      signEvent("caracal.delegations.invalidate", FIELDS, KEY),
      signature.toUpperCase(),
      signature.slice(2),
      `${signature}00`,
      ` ${signature}`,
      "0".repeat(64),
      "",
    ]) {
      expect(judge([...fields, "_sig", wrong])).toBe("wrong_signature");
    }
  });

  test("an event that was altered in any way is refused", () => {
    const list = signed(FIELDS);
    for (let index = 0; index < list.length - 2; index += 1) {
      expect(judge(list.with(index, `${list[index]}x`))).toBe("wrong_signature");
    }
    expect(judge(list.slice(2))).toBe("wrong_signature");
    expect(judge(["agent_session_id", "a", ...list])).toBe("wrong_signature");
    const [a = "", b = "", c = "", d = "", ...rest] = list;
    expect(judge([a, d, c, b, ...rest])).toBe("wrong_signature");
  });

  test("fields that are split elsewhere are refused, though they sign to the same lines", () => {
    const signature = signEvent(STREAM, { ...FIELDS, reason: "a\u2028b=c" }, KEY);
    const others = ["zone_id", "zone", "session_id", "session-1", "sid", "sid-1"];
    expect(judge([...others, "reason=a\u2028b", "c", "_sig", signature])).toBe("field_name");
    // reason "x" and sid "y" against a reason that holds both lines
    const two = signEvent(STREAM, { reason: "x", session_id: "s" }, KEY);
    expect(judge(["reason", "x\nsession_id=s", "_sig", two])).toBe("control_character");
  });

  test("while keys are rotated, events of both are taken, and of the old one no longer than it is there", () => {
    const old = signed(FIELDS, KEY);
    const fresh = signed(FIELDS, NEXT_KEY);
    expect(judge(fresh, [KEY])).toBe("wrong_signature");
    expect(judge(old, [KEY, NEXT_KEY])).toEqual(ANCHORS);
    expect(judge(fresh, [KEY, NEXT_KEY])).toEqual(ANCHORS);
    expect(judge(fresh, [NEXT_KEY])).toEqual(ANCHORS);
    expect(judge(old, [NEXT_KEY])).toBe("wrong_signature");
  });

  test("text beyond ASCII is signed as UTF-8, a byte-order mark included", () => {
    const fields = { session_id: "\ufeffcafé \u{1f511}" };
    const list = signed(fields).map((part) => Buffer.from(part));
    const verify = createEventVerifier(STREAM, { signatureKeys: [KEY] });
    expect(parseRevocationEvent(list, verify)).toEqual([
      { kind: "anchor", anchor: "\ufeffcafé \u{1f511}" },
    ]);
  });
});

test("where unsigned events are said to be taken, they are, and signatures are not looked at", () => {
  const verify = createEventVerifier(STREAM, { allowUnsigned: true });
  const fields = Object.entries(FIELDS).flat();
  expect(parseRevocationEvent(fields, verify)).toEqual(ANCHORS);
  expect(parseRevocationEvent([...fields, "_sig", "no signature"], verify)).toEqual(ANCHORS);
});

describe("the configuration", () => {
  const bad: readonly [string, unknown][] = [
    ["nothing", {}],
    ["no decision", { allowUnsigned: false }],
    ["both", { allowUnsigned: true, signatureKeys: [KEY] }],
    ["a truthy allowUnsigned", { allowUnsigned: "yes" }],
    ["no key in the list", { signatureKeys: [] }],
    ["a text instead of a list", { signatureKeys: KEY }],
    ["a key of 31 bytes", { signatureKeys: [KEY, KEY.slice(2)] }],
    ["a key of half a byte more", { signatureKeys: [`${KEY}0`] }],
    ["a key that is not hex", { signatureKeys: [`${KEY.slice(2)}xy`] }],
    ["a key with a line feed", { signatureKeys: [`${KEY}\n`] }],
    ["bytes instead of hex", { signatureKeys: [Buffer.alloc(32)] }],
    ["17 keys", { signatureKeys: Array.from({ length: 17 }, () => KEY) }],
  ];

  test.each(bad)("%s: refused, and no key is quoted", (_, trust) => {
    let thrown: unknown;
    try {
      createEventVerifier(STREAM, trust as EventTrust);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(String((thrown as Error).stack)).not.toContain(KEY.slice(2, 10));
  });

  test("is captured: a list that is emptied later lets nobody in", () => {
    const keys = [KEY];
    const verify = createEventVerifier(STREAM, { signatureKeys: keys });
    keys.length = 0;
    const parse = () => parseRevocationEvent(Object.entries(FIELDS).flat(), verify);
    expect(parse).toThrow(InvalidEventError);
  });
});
