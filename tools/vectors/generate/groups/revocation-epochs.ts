import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { AGENT, APPLICATION, delegated, USER, without } from "../mandates.js";
import { say } from "./header-json.js";

type EpochRow = readonly [
  slug: string,
  claims: Members,
  epoch: number | undefined,
  verdict: string,
];

const OK = "ok";
const STALE = "delegation_stale/epoch";
const DELEGATED = delegated(1);
const NO_EPOCH = without(DELEGATED, "delegation_graph_epoch");
const EPOCHS: readonly EpochRow[] = [
  ["none-known", DELEGATED, undefined, OK],
  ["zero", DELEGATED, 0, OK],
  ["older", DELEGATED, 6, OK],
  ["same", DELEGATED, 7, OK],
  ["newer", DELEGATED, 8, STALE],
  ["much-newer", DELEGATED, Number.MAX_SAFE_INTEGER, STALE],
  ["no-claim-none-known", NO_EPOCH, undefined, OK],
  ["no-claim-zero", NO_EPOCH, 0, OK],
  ["no-claim-one", NO_EPOCH, 1, STALE],
  ["no-claim-much-newer", NO_EPOCH, 1_000_000, STALE],
  ["legacy-claim", { ...NO_EPOCH, graph_epoch: 99 }, 1, STALE],
  ["claim-zero-one", { ...DELEGATED, delegation_graph_epoch: 0 }, 1, STALE],
  ["claim-zero-zero", { ...DELEGATED, delegation_graph_epoch: 0 }, 0, OK],
  ["claim-ahead", { ...DELEGATED, delegation_graph_epoch: 1_000 }, 999, OK],
  [
    "claim-largest",
    { ...DELEGATED, delegation_graph_epoch: Number.MAX_SAFE_INTEGER },
    Number.MAX_SAFE_INTEGER,
    OK,
  ],
  ["user-newer", USER, 8, OK],
  ["application-newer", APPLICATION, 8, OK],
  ["agent-newer", AGENT, 8, OK],
  ["user-legacy-claim", { ...USER, graph_epoch: 1 }, 8, OK],
  ["user-with-claim-newer", { ...USER, delegation_graph_epoch: 7 }, 8, STALE],
  ["user-with-claim-same", { ...USER, delegation_graph_epoch: 8 }, 8, OK],
  ["user-with-claim-zero", { ...USER, delegation_graph_epoch: 0 }, 1, STALE],
  ["agent-with-claim", { ...AGENT, delegation_graph_epoch: 7 }, 8, STALE],
  ["path-without-edge", { ...AGENT, delegation_path: ["edge-1"], hop_count: 1 }, 8, OK],
  ["twice-newer", delegated(2), 8, STALE],
  ["ten-times-newer", delegated(10), 8, STALE],
  ["ten-times-same", delegated(10), 7, OK],
];

export function epochCases(): VectorCase[] {
  return [
    ...EPOCHS.map(([slug, claims, epoch, verdict]) => {
      const situation = epoch === undefined ? {} : { epochs: { "zone-1": epoch } };
      const id = `revocation-epoch-${slug}`;
      return verdict === OK
        ? accept(id, `epoch: ${say(slug)}`, claims, situation)
        : refuse(id, `epoch: ${say(slug)}`, verdict, claims, situation);
    }),
  ];
}
