import { delegatedMandate } from "@caracalai/dev-sts";
import { expect, test } from "vitest";
import { authorityOf } from "./support/authority.js";

type Claims = Readonly<Record<string, unknown>>;
type Entry = Readonly<Record<string, unknown>>;

const DELEGATED = delegatedMandate({ hops: 3 });
const PATH = DELEGATED.delegation_path as readonly string[];
const CHAIN = DELEGATED.delegation_chain as readonly Entry[];
const LAST = CHAIN.length - 1;

function integrityOf(claims: Claims): string {
  return authorityOf(claims, { requireChainIntegrity: true });
}

function withEntry(index: number, changes: Entry): Claims {
  return { delegation_chain: CHAIN.with(index, { ...CHAIN[index], ...changes }) };
}

function withoutMember(index: number, member: string): Claims {
  const { [member]: _, ...entry } = CHAIN[index] ?? {};
  return { delegation_chain: CHAIN.with(index, entry) };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("what the STS emits for %i hops is right", (hops) => {
  expect(integrityOf(delegatedMandate({ hops }))).toBe("accepted");
});

test.each<[string, Claims]>([
  ["a mandate that is not delegated", {}],
  ["hop count 0", { hop_count: 0 }],
  ["empty lists", { delegation_path: [], delegation_chain: [] }],
  ["an agent's mandate", { agent_session_id: "agent-1" }],
  ["the receiver alone", { delegation_chain: [{ application_id: "app-1" }] }],
  [
    "a receiver without an agent session, delegated",
    {
      delegation_edge_id: "edge-1",
      delegation_path: ["edge-1"],
      delegation_chain: [
        { application_id: "app-0", delegation_edge_id: "edge-1" },
        { application_id: "app-1" },
      ],
      hop_count: 1,
    },
  ],
])("%s is right", (_, claims) => {
  expect(integrityOf(claims)).toBe("accepted");
});

test.each<[string, Claims]>([
  ["hop count understated", { hop_count: 2 }],
  ["hop count overstated", { hop_count: 4 }],
  ["hop count 0", { hop_count: 0 }],
  ["no path", { delegation_path: [] }],
  ["a path shortened at the end", { delegation_path: PATH.slice(0, -1), hop_count: 2 }],
  ["a path shortened at the root", { delegation_path: PATH.slice(1), hop_count: 2 }],
  ["a path in another order", { delegation_path: [PATH[1], PATH[0], PATH[2]] }],
  ["another edge in the path", { delegation_path: [PATH[0], "edge_9", PATH[2]] }],
  ["an edge twice in the path", { delegation_path: [PATH[2], PATH[1], PATH[2]] }],
  ["another edge of the mandate", { delegation_edge_id: "edge_9" }],
  ["an inner edge of the mandate", { delegation_edge_id: PATH[0] }],
  ["no chain", { delegation_chain: [] }],
  ["a chain without its root", { delegation_chain: CHAIN.slice(1) }],
  ["a chain without its receiver", { delegation_chain: CHAIN.slice(0, -1) }],
  ["a chain with an entry more", { delegation_chain: [...CHAIN, CHAIN[LAST]] }],
  [
    "a chain in another order",
    { delegation_chain: CHAIN.with(0, CHAIN[1] ?? {}).with(1, CHAIN[0] ?? {}) },
  ],
  ["another edge in the chain", withEntry(1, { delegation_edge_id: "edge_9" })],
  ["no edge in the chain", withoutMember(1, "delegation_edge_id")],
  ["another receiver", withEntry(LAST, { application_id: "app_9" })],
  ["another session of the receiver", withEntry(LAST, { agent_session_id: "agent_9" })],
  ["no session of the receiver", withoutMember(LAST, "agent_session_id")],
  ["an edge of the receiver", withEntry(LAST, { delegation_edge_id: "edge_4" })],
  ["another acting application", { client_id: "app_9" }],
  ["another agent session", { agent_session_id: "agent_9" }],
])("refused: %s", (_, changes) => {
  expect(integrityOf({ ...DELEGATED, ...changes })).toBe("chain_mismatch/chain");
});

test.each<[string, Claims]>([
  ["another receiver", { delegation_chain: [{ application_id: "app-9" }] }],
  [
    "a receiver with a session",
    { delegation_chain: [{ application_id: "app-1", agent_session_id: "agent-9" }] },
  ],
  [
    "a receiver with an edge",
    { delegation_chain: [{ application_id: "app-1", delegation_edge_id: "edge-9" }] },
  ],
  [
    "an application before the receiver",
    { delegation_chain: [{ application_id: "app-0" }, { application_id: "app-1" }] },
  ],
])("refused where nothing was delegated: %s", (_, claims) => {
  expect(integrityOf(claims)).toBe("chain_mismatch/chain");
});

test("an edge twice in path and chain alike is refused", () => {
  const edge = { delegation_edge_id: PATH[2] };
  const chain = CHAIN.with(0, { ...CHAIN[0], ...edge });
  const changes = { delegation_path: [PATH[2], PATH[1], PATH[2]], delegation_chain: chain };
  expect(integrityOf({ ...DELEGATED, ...changes })).toBe("chain_mismatch/chain");
});

/** A mandate over these edges, with lists that fit. */
function delegatedOver(edges: readonly string[]): Claims {
  return {
    delegation_edge_id: edges.at(-1),
    delegation_path: edges,
    delegation_chain: [
      ...edges.map((edge) => ({ application_id: "app-0", delegation_edge_id: edge })),
      { application_id: "app-1" },
    ],
    hop_count: edges.length,
  };
}

test.each<[string, (at: number) => string]>([
  ["that end alike", (at) => `${at}-edge`],
  ["that begin alike", (at) => `edge-${at}`],
  ["of one character", (at) => String.fromCharCode(0x100 + at)],
])("of the edges of a path %s, none may be there twice", (_, edgeOf) => {
  // A chain has 64 entries at the most, the receiver among them.
  const edges = Array.from({ length: 63 }, (_, at) => edgeOf(at));
  const verdictOn = (path: readonly string[]) =>
    authorityOf(delegatedOver(path), { requireChainIntegrity: true, maxHopCount: 63 });
  expect(verdictOn(edges)).toBe("accepted");
  for (let first = 0; first < edges.length; first += 1) {
    for (let again = first + 1; again < edges.length; again += 1) {
      const repeated = edges.with(again, edges[first] as string);
      expect(verdictOn(repeated)).toBe("chain_mismatch/chain");
    }
  }
});

test.each(["delegation_path", "delegation_chain", "hop_count", "delegation_edge_id"])(
  "refused without %s",
  (name) => {
    const { [name]: _, ...claims } = DELEGATED;
    expect(integrityOf(claims)).toBe("chain_mismatch/chain");
  },
);

test("where it is not asked for, the lists need not fit", () => {
  expect(authorityOf({ ...DELEGATED, delegation_path: [] }, {})).toBe("accepted");
});
