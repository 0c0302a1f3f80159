import { expect, test } from "vitest";
import { judge } from "./support/judge.js";
import { CLAIMS, NOW, tokenOf, without } from "./support/token.js";

const LIST_65 = Array.from({ length: 65 }, (_, index) => `item-${index}`);
const LIST_64 = LIST_65.slice(1);

const NO_STRING = [null, 1, true, ["a"], { a: "a" }];
const NO_LIST = [null, 1, true, "a", { 0: "a" }, [1], [null], [["a"]], ["a", {}], LIST_65];
const NO_INTEGER = [null, true, "1", "", [1], {}, 1.5, NOW + 0.5, 2 ** 53, 2 ** 53 + 2, "NaN"];
const NO_COUNT = [...NO_INTEGER, -1, -0.5];

const ENTRY = { application_id: "app-1" };
const NO_CHAIN = [
  ...[null, 1, "app-1", ENTRY, [null], ["app-1"], [[]], [[ENTRY]], [ENTRY, 1]],
  ...[[{}], [{ application_id: "" }], [{ application_id: 1 }], [{ application_id: null }]],
  ...[[{ agent_session_id: "session-1" }]],
  ...["", 1, null, ["session-1"]].map((id) => [{ ...ENTRY, agent_session_id: id }]),
  ...["", 1, null, ["edge-1"]].map((id) => [{ ...ENTRY, delegation_edge_id: id }]),
  Array.from({ length: 65 }, () => ENTRY),
];

test.each<[string, readonly unknown[]]>([
  ["iss", ["", ...NO_STRING]],
  ["aud", ["", null, 1, true, {}, [1], [null], ["a", 1], [["a"]], [CLAIMS.aud[0], ...LIST_64]]],
  ["sub", ["", ...NO_STRING]],
  ["sub_type", ["", "User", "agent", "user ", ...NO_STRING, ["user"]]],
  ["client_id", ["", ...NO_STRING]],
  ["zone_id", ["", ...NO_STRING, [CLAIMS.zone_id]]],
  ["jti", ["", ...NO_STRING]],
  ["iat", NO_INTEGER],
  ["exp", NO_INTEGER],
  ["nbf", NO_INTEGER],
  ["use", [...NO_STRING, ["resource"]]],
  ["sid", ["", ...NO_STRING]],
  ["root_sid", ["", ...NO_STRING]],
  ["scope", [...NO_STRING, ["notes:read"]]],
  ["target", NO_LIST],
  ["agent_session_id", ["", ...NO_STRING]],
  ["delegation_edge_id", ["", ...NO_STRING]],
  ["source_session_id", NO_STRING],
  ["target_session_id", NO_STRING],
  ["delegation_path", NO_LIST],
  ["delegation_chain", NO_CHAIN],
  ["hop_count", NO_COUNT],
  ["delegation_graph_epoch", NO_COUNT],
])("%s of a wrong type is refused", async (name, values) => {
  for (const value of values) {
    const verdict = await judge(tokenOf({ payload: { ...CLAIMS, [name]: value } }));
    expect([value, verdict]).toEqual([value, "invalid_token/claim"]);
  }
});

test.each([
  ["sub", "invalid_token/claim"],
  ["sub_type", "invalid_token/claim"],
  ["client_id", "invalid_token/claim"],
  ["jti", "invalid_token/claim"],
  ["sid", "invalid_token/claim"],
  ["root_sid", "invalid_token/claim"],
  ["iss", "invalid_token/issuer"],
  ["aud", "invalid_token/audience"],
  ["exp", "invalid_token/expiry"],
  ["iat", "invalid_token/time"],
  ["use", "invalid_token/use"],
  ["zone_id", "invalid_zone/zone"],
  ["scope", "accepted"],
  ["target", "accepted"],
] as const)("without %s: %s", async (name, verdict) => {
  expect(await judge(tokenOf({ payload: without(CLAIMS, name) }))).toBe(verdict);
});

test.each<[string, unknown]>([
  ["aud", CLAIMS.aud[0]],
  ["aud", [CLAIMS.aud[0], ...LIST_64.slice(1)]],
  ["aud", ["", CLAIMS.aud[0]]],
  ["sub_type", "application"],
  ["nbf", NOW],
  ["scope", ""],
  ["target", []],
  ["target", LIST_64],
  ["agent_session_id", "agent-1"],
  ["source_session_id", ""],
  ["target_session_id", ""],
  ["delegation_path", LIST_64],
  ["delegation_chain", []],
  ["delegation_chain", Array.from({ length: 64 }, () => ENTRY)],
  ["hop_count", 0],
  ["hop_count", Number.MAX_SAFE_INTEGER],
  ["delegation_graph_epoch", 0],
  ["delegation_graph_epoch", Number.MAX_SAFE_INTEGER],
  ["graph_epoch", "not a number"],
  ["unknown", { deep: [null] }],
])("accepted: %s of %j", async (name, value) => {
  expect(await judge(tokenOf({ payload: { ...CLAIMS, [name]: value } }))).toBe("accepted");
});

// Numbers that JSON.stringify does not write.
test.each([
  ["exp", "1e400"],
  ["exp", "-1e400"],
  ["exp", "9007199254740993"],
  ["exp", `${NOW}.5`],
  ["iat", "1e400"],
  ["nbf", "-1e400"],
  ["nbf", "-9007199254740993"],
  ["hop_count", "1e400"],
  ["hop_count", "9007199254740993"],
  ["delegation_graph_epoch", "1e400"],
])("%s of %s is refused", async (name, number) => {
  const json = JSON.stringify({ ...CLAIMS, [name]: "number" }).replace('"number"', number);
  expect(await judge(tokenOf({ payload: json }))).toBe("invalid_token/claim");
});

test.each(["NaN", "Infinity", "-Infinity", "0x10", "01", "+1", "1.", ".5", "1n"])(
  "a number written as %s is not JSON",
  async (number) => {
    const json = JSON.stringify({ ...CLAIMS, exp: "number" }).replace('"number"', number);
    expect(await judge(tokenOf({ payload: json }))).toBe("invalid_token/payload");
  },
);
