import { between, type Choices, once, oneOf } from "../support/choices.js";
import { NOW } from "../support/world.js";
import { APPLICATIONS, type Claims } from "./mandates.js";

/** Every claim of the wire format. */
export const CLAIM_NAMES: readonly string[] = (
  "iss aud sub sub_type client_id zone_id jti iat exp nbf use sid root_sid scope target " +
  "agent_session_id delegation_edge_id source_session_id target_session_id delegation_path " +
  "delegation_chain hop_count delegation_graph_epoch"
).split(" ");

const TIMES = ["iat", "exp", "nbf"];
const COUNTS = ["hop_count", "delegation_graph_epoch"];

const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  -0,
  1,
  1.5,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1e300,
  5e-324,
  "",
  " ",
  "x",
  "0",
  "true",
  "null",
  "resource",
  "session",
  "user",
  "admin",
  "zone_b",
  "zone_c",
  [],
  [""],
  ["x"],
  [1],
  [null],
  [[]],
  [{}],
  {},
  { x: 1 },
  { length: 1, 0: "x" },
  { application_id: "app_1" },
  [{ application_id: "app_1" }],
  [{ application_id: "" }],
  [{ application_id: "app_1", agent_session_id: 1 }],
  [{ application_id: "app_1", delegation_edge_id: "" }],
  [{ application_id: "app_1", delegation_edge_id: null }],
];

/** Claims with one of them changed: removed, of another type, or next to right. */
export function perturbed(choices: Choices, claims: Claims): Claims {
  if (once(choices, 12)) return understated(choices, claims);
  if (once(choices, 40)) return longLived(choices, claims);
  const name = oneOf(choices, CLAIM_NAMES);
  if (once(choices, 6)) return without(claims, [name]);
  return { ...claims, [name]: replacement(choices, name, claims[name]) };
}

function without(claims: Claims, names: readonly string[]): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

/** Of the three claims that tell how often the authority was delegated, one alone tells it. */
function understated(choices: Choices, claims: Claims): Claims {
  const telling = ["hop_count", "delegation_path", "delegation_chain"];
  return without(claims, telling.toSpliced(choices.below(3), 1));
}

/** A life next to the longest that there may be. */
function longLived(choices: Choices, claims: Claims): Claims {
  return { ...claims, exp: Number(claims.iat) + 3_600 + between(choices, -1, 1) };
}

function replacement(choices: Choices, name: string, value: unknown): unknown {
  if (once(choices, 3)) return oneOf(choices, ODD);
  if (TIMES.includes(name)) return timeNear(choices);
  if (COUNTS.includes(name)) return between(choices, 0, 12);
  if (typeof value === "string") return textNear(choices, value);
  if (Array.isArray(value)) return listNear(choices, value);
  return oneOf(choices, ODD);
}

/** Next to a limit: now, the tolerance, the longest lifetime. */
function timeNear(choices: Choices): number {
  const limits = [-3_600, -900, 0, 60, 900, 3_540, 3_600, 3_660];
  return NOW + oneOf(choices, limits) + between(choices, -1, 1);
}

function textNear(choices: Choices, text: string): string {
  const blank = oneOf(choices, ["\t", "\n", "\u00a0", "\u2003", " ", ",", "\0"]);
  return oneOf(choices, [
    `${text}/`,
    text.slice(0, -1),
    text.slice(1),
    text.toUpperCase(),
    `${text}${blank}`,
    `${blank}${text}`,
    text.replaceAll(" ", blank),
    `${text} ${text}`,
    text.replace("s", "\u017f"),
    "",
  ]);
}

function listNear(choices: Choices, list: readonly unknown[]): unknown {
  const at = choices.below(list.length + 1);
  const length = oneOf(choices, [63, 64, 65, 66]);
  return oneOf<() => unknown>(choices, [
    () => list.slice(0, at),
    () => list.slice(at),
    () => list.toReversed(),
    () => [...list, ...list],
    () => [...list.slice(0, at), oneOf(choices, ODD), ...list.slice(at + 1)],
    () => [...list.slice(0, at), oneOf(choices, ODD), ...list.slice(at)],
    () => Array.from({ length }, () => list[0] ?? "x"),
    () => list[0] ?? "x",
    () => list.map((item) => (typeof item === "object" ? entryNear(choices, item) : item)),
    () => Object.fromEntries(list.entries()),
  ])();
}

/** An entry of a delegation chain with one member changed. */
function entryNear(choices: Choices, entry: unknown): unknown {
  if (!once(choices, 3)) return entry;
  const name = oneOf(choices, ["application_id", "agent_session_id", "delegation_edge_id", "more"]);
  const value = oneOf(choices, [...APPLICATIONS.slice(0, 2), "edge_1", undefined, ...ODD]);
  return { ...Object(entry), [name]: value };
}
