import {
  agentMandate,
  applicationMandate,
  delegatedMandate,
  sessionMandate,
  userMandate,
} from "@caracalai/dev-sts";
import { describe, expect, test } from "vitest";
import { claimsOf, startSts } from "./support.js";

test("a user's, an application's and an agent's mandate", () => {
  expect(userMandate({ scope: "a" })).toStrictEqual({
    sub: "user_dev",
    sub_type: "user",
    client_id: "app_dev",
    scope: "a",
  });
  expect(applicationMandate({ client_id: "app_x" })).toStrictEqual({
    sub: "app_x",
    sub_type: "application",
    client_id: "app_x",
  });
  expect(agentMandate({ sub: "user_1" })).toStrictEqual({
    sub: "user_1",
    sub_type: "user",
    client_id: "app_dev",
    agent_session_id: "agent_session_dev",
  });
});

test("a session mandate is for the issuer, and for no resource", async () => {
  const sts = await startSts();
  const claims = claimsOf(sts.mint(sessionMandate(sts.issuer, { sub: "user_1", scope: "a" })));
  expect(claims).toMatchObject({ use: "session", aud: [sts.issuer], sub: "user_1", scope: "a" });
  expect(claims).not.toHaveProperty("target");
});

describe("delegated", () => {
  test("two hops, in full", () => {
    expect(delegatedMandate({ hops: 2, scope: "notes:read" })).toStrictEqual({
      sub: "user_dev",
      sub_type: "user",
      client_id: "app_dev",
      agent_session_id: "agent_session_dev",
      delegation_edge_id: "edge_2",
      source_session_id: "agent_session_2",
      target_session_id: "agent_session_dev",
      delegation_path: ["edge_1", "edge_2"],
      delegation_chain: [
        {
          application_id: "app_1",
          agent_session_id: "agent_session_1",
          delegation_edge_id: "edge_1",
        },
        {
          application_id: "app_2",
          agent_session_id: "agent_session_2",
          delegation_edge_id: "edge_2",
        },
        { application_id: "app_dev", agent_session_id: "agent_session_dev" },
      ],
      hop_count: 2,
      scope: "notes:read",
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("%i hops have the structure of the STS", async (n) => {
    const sts = await startSts();
    const claims = claimsOf(sts.mint(delegatedMandate({ hops: n })));
    const path = claims.delegation_path as string[];
    const chain = claims.delegation_chain as Record<string, string>[];
    expect(claims.hop_count).toBe(n);
    expect(new Set(path).size).toBe(n);
    expect(chain).toHaveLength(n + 1);
    expect(chain.slice(0, n).map((entry) => entry.delegation_edge_id)).toStrictEqual(path);
    expect(path.at(-1)).toBe(claims.delegation_edge_id);
    expect(chain.at(-2)?.agent_session_id).toBe(claims.source_session_id);
    expect(chain.at(-1)).toStrictEqual({
      application_id: claims.client_id,
      agent_session_id: claims.agent_session_id,
    });
    expect(claims.target_session_id).toBe(claims.agent_session_id);
    expect(claims).not.toHaveProperty("hops");
    expect(claims).not.toHaveProperty("delegation_graph_epoch");
  });

  test("path and chain follow the ids that are given", () => {
    const claims = delegatedMandate({
      hops: 2,
      client_id: "app_x",
      agent_session_id: "agent_x",
      delegation_edge_id: "edge_x",
      source_session_id: "source_x",
    });
    expect(claims).toMatchObject({
      target_session_id: "agent_x",
      delegation_path: ["edge_1", "edge_x"],
      delegation_chain: [
        { application_id: "app_1", delegation_edge_id: "edge_1" },
        { agent_session_id: "source_x", delegation_edge_id: "edge_x" },
        { application_id: "app_x", agent_session_id: "agent_x" },
      ],
    });
  });

  test("a claim can be wrong on purpose", () => {
    expect(delegatedMandate({ hops: 3, hop_count: 1 }).hop_count).toBe(1);
    expect(delegatedMandate({ delegation_path: undefined }).delegation_path).toBeUndefined();
    expect(delegatedMandate({ client_id: 7 })).toMatchObject({ client_id: 7, hop_count: 1 });
  });

  test.each([0, -1, 1.5, Number.NaN])("%d hops throw", (hops) => {
    expect(() => delegatedMandate({ hops })).toThrow(RangeError);
  });
});

test("once the zone's epoch is above 0, a delegated mandate carries it", async () => {
  const sts = await startSts({ zones: ["zone_a", "zone_b"] });
  await sts.bumpEpoch();
  await sts.bumpEpoch();
  expect(claimsOf(sts.mint(delegatedMandate())).delegation_graph_epoch).toBe(2);
  const old = sts.mint(delegatedMandate({ delegation_graph_epoch: 1 }));
  expect(claimsOf(old).delegation_graph_epoch).toBe(1);
  const none = sts.mint(delegatedMandate({ delegation_graph_epoch: undefined }));
  expect(claimsOf(none)).not.toHaveProperty("delegation_graph_epoch");
  expect(claimsOf(sts.mint(agentMandate()))).not.toHaveProperty("delegation_graph_epoch");
  const other = sts.mint(delegatedMandate(), { zone: "zone_b" });
  expect(claimsOf(other)).not.toHaveProperty("delegation_graph_epoch");
});
