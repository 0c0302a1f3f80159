import { anchorsOf, delegationEpochOf, hopCountOf, scopesOf } from "@caracalai/identity";
import { expect, test } from "vitest";
import { DELEGATED, mandateOf } from "./support/authority.js";

test("a mandate's anchors are its sessions and its edge, none twice", () => {
  expect(anchorsOf(mandateOf())).toEqual(["session-1", "session-0"]);
  expect(anchorsOf(mandateOf({ root_sid: "session-1" }))).toEqual(["session-1"]);
  expect(anchorsOf(mandateOf(DELEGATED))).toEqual([
    "session-1",
    "session-0",
    "agent_session_dev",
    "edge_2",
  ]);
  expect(anchorsOf(mandateOf({ agent_session_id: "session-0" }))).toHaveLength(2);
});

test.each([
  ["not delegated", {}, undefined],
  ["not delegated, with an epoch", { delegation_graph_epoch: 7 }, 7],
  ["delegated, without an epoch", DELEGATED, 0],
  ["delegated, with an epoch", { ...DELEGATED, delegation_graph_epoch: 7 }, 7],
  ["not delegated, epoch 0", { delegation_graph_epoch: 0 }, 0],
])("the epoch of a mandate %s", (_, claims, epoch) => {
  expect(delegationEpochOf(mandateOf(claims))).toBe(epoch);
});

test("scopes are split at spaces alone", () => {
  expect(scopesOf(mandateOf({ scope: " a  b\tc " }))).toEqual(["a", "b\tc"]);
  expect(scopesOf(mandateOf({ scope: "" }))).toEqual([]);
  const { scope: _, ...without } = mandateOf();
  expect(scopesOf(without)).toEqual([]);
});

test("hops are the largest of what is claimed and what is listed", () => {
  expect(hopCountOf(mandateOf())).toBe(0);
  expect(hopCountOf(mandateOf(DELEGATED))).toBe(2);
  expect(hopCountOf(mandateOf({ ...DELEGATED, hop_count: 3 }))).toBe(3);
});
