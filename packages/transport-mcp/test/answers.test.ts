import { answers } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";

// Clients match on these. A change here is a change of the contract.
const PINNED = {
  missing_token: { status: 401, error: null },
  invalid_token: { status: 401, error: "invalid_token" },
  invalid_zone: { status: 401, error: "invalid_token" },
  session_revoked: { status: 401, error: "invalid_token" },
  delegation_stale: { status: 401, error: "invalid_token" },
  insufficient_scope: { status: 403, error: "insufficient_scope" },
  agent_required: { status: 403, error: "insufficient_scope" },
  delegation_required: { status: 403, error: "insufficient_scope" },
  chain_mismatch: { status: 403, error: "insufficient_scope" },
  hop_count_exceeded: { status: 403, error: "insufficient_scope" },
  verification_unavailable: { status: 503, error: null },
};

test("every code has its status and challenge, in the order of the contract", () => {
  expect(answers).toStrictEqual(PINNED);
  expect(Object.keys(answers)).toEqual(Object.keys(PINNED));
});

test("the table is frozen, rows included", () => {
  expect([answers, ...Object.values(answers)].every(Object.isFrozen)).toBe(true);
});
