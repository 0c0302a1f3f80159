import { mandateClaims } from "../generators/mandates.js";
import { SeededChoices } from "./choices.js";
import { KEYS, signed, type ZoneName } from "./world.js";

/** A token of `zone_a` that is let in wherever nothing is required of it. */
export function baseToken(index: number, zone: ZoneName = "zone_a"): string {
  const claims = {
    ...mandateClaims(new SeededChoices(1, index), zone),
    sid: "sid_1",
    root_sid: "root_1",
    agent_session_id: "agent_1",
    delegation_edge_id: "edge_1",
    delegation_graph_epoch: 5,
    hop_count: 1,
    delegation_path: ["edge_1"],
    delegation_chain: undefined,
  };
  const header = { alg: "ES256", typ: "JWT", kid: KEYS[zone].kid };
  return signed(JSON.stringify(header), JSON.stringify(claims), zone);
}

/** The same in every run. */
export const BASE_TOKENS: readonly string[] = Array.from({ length: 32 }, (_, at) => baseToken(at));
