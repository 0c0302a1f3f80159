import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { AGENT, delegated, USER, without } from "../mandates.js";
import { say } from "./header-json.js";

const edges = (length: number) => Array.from({ length }, (_, index) => `edge-${index + 1}`);
const applications = (length: number) =>
  Array.from({ length }, (_, index) => ({ application_id: `app-${index + 1}` }));

/** Three ways to say how often authority was delegated; the largest counts. At most two are allowed. */
function hopCounts(): VectorCase[] {
  const counts = [undefined, 1, 3];
  const paths = [undefined, 2, 3];
  const chains = [undefined, 1, 3, 4];
  return counts.flatMap((count) =>
    paths.flatMap((path) =>
      chains.map((chain) => {
        const claims: Members = {
          ...USER,
          hop_count: count,
          delegation_path: path === undefined ? undefined : edges(path),
          delegation_chain: chain === undefined ? undefined : applications(chain),
        };
        const hops = Math.max(count ?? 0, path ?? 0, (chain ?? 0) - 1);
        const id = `chain-hops-count-${count ?? "none"}-path-${path ?? "none"}-chain-${chain ?? "none"}`;
        const comment = `hop_count ${count ?? "absent"}, path of ${path ?? "none"}, chain of ${chain ?? "none"}: ${hops} hops`;
        const situation = { config: { maxHopCount: 2 } };
        return hops <= 2
          ? accept(id, comment, claims, situation)
          : refuse(id, comment, "hop_count_exceeded/hops", claims, situation);
      }),
    ),
  );
}

function limits(): VectorCase[] {
  return Array.from({ length: 12 }, (_, hops) => {
    const claims = hops === 0 ? AGENT : delegated(hops);
    return [
      hops <= 10
        ? accept(`chain-hops-${hops}`, `${hops} hops, 10 allowed by default`, claims)
        : refuse(
            `chain-hops-${hops}`,
            `${hops} hops, 10 allowed by default`,
            "hop_count_exceeded/hops",
            claims,
          ),
      accept(`chain-hops-${hops}-allowed`, `${hops} hops, as many allowed`, claims, {
        config: { maxHopCount: hops },
      }),
      ...(hops === 0
        ? []
        : [
            refuse(
              `chain-hops-${hops}-too-many`,
              `${hops} hops, one fewer allowed`,
              "hop_count_exceeded/hops",
              claims,
              { config: { maxHopCount: hops - 1 } },
            ),
            refuse(
              `chain-hops-${hops}-understated`,
              `${hops} hops, hop_count says 0`,
              "hop_count_exceeded/hops",
              { ...claims, hop_count: 0 },
              { config: { maxHopCount: hops - 1 } },
            ),
          ]),
    ];
  }).flat();
}

/** Applications looked for in the chain of a mandate that app-2 and app-3 passed on to app-1. */
const CONTAINS: readonly (readonly [slug: string, needed: readonly string[], found: boolean])[] = [
  ["first", ["app-2"], true],
  ["second", ["app-3"], true],
  ["receiver", ["app-1"], true],
  ["all", ["app-1", "app-2", "app-3"], true],
  ["other-order", ["app-3", "app-2"], true],
  ["none", [], true],
  ["unknown", ["app-4"], false],
  ["one-unknown", ["app-2", "app-4"], false],
  ["prefix", ["app"], false],
  ["longer", ["app-22"], false],
  ["upper-case", ["APP-2"], false],
  ["edge", ["edge-1"], false],
  ["session", ["agent-2"], false],
  ["user", ["user-1"], false],
];

export function chainCases(): VectorCase[] {
  return [
    ...hopCounts(),
    ...limits(),
    ...CONTAINS.map(([slug, requireChainContains, found]) => {
      const situation = { config: { requireChainContains } };
      const id = `chain-contains-${slug}`;
      const comment = `application in the chain: ${say(slug)}`;
      return found
        ? accept(id, comment, delegated(2), situation)
        : refuse(id, comment, "chain_mismatch/chain", delegated(2), situation);
    }),
    refuse("chain-contains-no-chain", "client_id is no chain", "chain_mismatch/chain", USER, {
      config: { requireChainContains: ["app-1"] },
    }),
    refuse(
      "chain-contains-chain-removed",
      "the chain was left out",
      "chain_mismatch/chain",
      without(delegated(2), "delegation_chain"),
      { config: { requireChainContains: ["app-2"] } },
    ),
  ];
}
