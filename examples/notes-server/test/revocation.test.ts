import { agentMandate, type DevSts, delegatedMandate, type MintClaims } from "@caracalai/dev-sts";
import { describe, expect, test } from "vitest";
import { Revocations } from "../../demo/src/revocations.js";
import { connect } from "./support/connect.js";
import { type Mode, modes } from "./support/modes.js";
import { callOf, post } from "./support/post.js";
import { startSteered } from "./support/start-steered.js";
import { startSts } from "./support/start-sts.js";

/** Zones of their own, so that what happens in one row is not seen in the others. */
const REVOKING = "zone_revoking";
const CHANGING = "zone_changing";
const BESIDE = "zone_beside";

interface Change {
  readonly what: string;
  readonly zone: string;
  readonly claims: MintClaims;
  readonly happens: (sts: DevSts) => Promise<unknown>;
  readonly error: string;
}

const changes: readonly Change[] = [
  ...(
    [
      ["sid", { sid: "session_1" }],
      ["root_sid", { root_sid: "root_session_1" }],
      ["agent_session_id", agentMandate({ agent_session_id: "agent_session_of_row_3" })],
      ["delegation_edge_id", delegatedMandate({ delegation_edge_id: "edge_of_row_4" })],
    ] as const
  ).map(([anchor, claims]) => ({
    what: `its ${anchor} is revoked`,
    zone: REVOKING,
    claims,
    happens: (sts: DevSts) => sts.revoke(String(claims[anchor as keyof typeof claims])),
    error: "session_revoked",
  })),
  {
    what: "the delegation graph of its zone changes",
    zone: CHANGING,
    claims: delegatedMandate(),
    happens: (sts) => sts.bumpEpoch(CHANGING),
    error: "delegation_stale",
  },
];

describe.concurrent.each(await Promise.all(modes.map(startOne)))("$mode", ({ sts, url }) => {
  test.each(changes)("a mandate is refused as soon as $what", async (change) => {
    const { call } = await connect(url, sts.mint(change.claims, { zone: change.zone }));
    expect((await call("whoami")).status).toBe(200);
    await change.happens(sts);
    const refused = { status: 401, body: { error: change.error } };
    expect(await call("whoami")).toMatchObject(refused);
    expect(await call("whoami")).toMatchObject(refused);
  });

  test("a revocation ends nothing but what it names", async () => {
    const claims = delegatedMandate({
      agent_session_id: "agent_session_untouched",
      delegation_edge_id: "edge_untouched",
    });
    const { call } = await connect(url, sts.mint(claims, { zone: REVOKING }));
    await sts.revoke("session_of_somebody_else");
    await sts.bumpEpoch(BESIDE);
    expect((await call("whoami")).status).toBe(200);
  });

  test("the mandate of the request counts, not the one that opened the session", async () => {
    const token = sts.mint({ sid: "session_of_late_comer" }, { zone: REVOKING });
    await connect(url, sts.mint({}, { zone: REVOKING }));
    await sts.revoke("session_of_late_comer");
    expect(await post(url, callOf("whoami"), token)).toMatchObject({
      status: 401,
      body: { error: "session_revoked" },
    });
  });
});

async function startOne(mode: Mode) {
  const revocations = new Revocations();
  const sts = await startSts({ zones: [REVOKING, CHANGING, BESIDE], revocations });
  return { ...mode, sts, url: await startSteered(sts, mode, { revocations }) };
}
