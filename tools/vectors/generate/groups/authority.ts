import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import {
  AGENT,
  APPLICATION,
  AUDIENCE,
  delegated,
  OTHER_AUDIENCE,
  USER,
  without,
} from "../mandates.js";
import { exactMatchCases } from "./authority-matches.js";

/** Mandates, and which of the requirements below each satisfies. */
interface Bearer {
  readonly slug: string;
  readonly claims: Members;
  readonly satisfies: readonly string[];
}

const withTarget = (claims: Members): Members => ({ ...claims, target: [AUDIENCE] });

const EVERYONE = ["nothing", "scope", "scopes", "target"];
const BEARERS: readonly Bearer[] = [
  { slug: "user", claims: withTarget(USER), satisfies: [...EVERYONE, "no-hops", "one-hop"] },
  {
    slug: "application",
    claims: withTarget(APPLICATION),
    satisfies: [...EVERYONE, "no-hops", "one-hop"],
  },
  {
    slug: "agent",
    claims: withTarget(AGENT),
    satisfies: [...EVERYONE, "agent", "no-hops", "one-hop"],
  },
  {
    slug: "delegated-once",
    claims: withTarget(delegated(1)),
    satisfies: [...EVERYONE, "agent", "delegation", "chain", "one-hop"],
  },
  {
    slug: "delegated-thrice",
    claims: withTarget(delegated(3)),
    satisfies: [...EVERYONE, "agent", "delegation", "chain"],
  },
  {
    slug: "delegated-user",
    claims: withTarget(without(delegated(2), "agent_session_id")),
    satisfies: [...EVERYONE, "delegation", "chain"],
  },
  {
    slug: "bare",
    claims: without(USER, "scope"),
    satisfies: ["nothing", "no-hops", "one-hop"],
  },
];

/** Requirements in the order of their checks, with what refuses a mandate that lacks them. */
const REQUIREMENTS: readonly (readonly [slug: string, config: Members, verdict: string])[] = [
  ["nothing", {}, ""],
  ["scope", { requiredScopes: ["notes:read"] }, "insufficient_scope/scope"],
  ["scopes", { requiredScopes: ["notes:write", "notes:read"] }, "insufficient_scope/scope"],
  ["scope-admin", { requiredScopes: ["notes:read", "admin"] }, "insufficient_scope/scope"],
  ["target", { requiredTargets: [AUDIENCE] }, "invalid_token/target"],
  ["target-other", { requiredTargets: [AUDIENCE, OTHER_AUDIENCE] }, "invalid_token/target"],
  ["agent", { requireAgent: true }, "agent_required/agent"],
  ["delegation", { requireDelegation: true }, "delegation_required/delegation"],
  ["chain", { requireChainContains: ["app-2"] }, "chain_mismatch/chain"],
  ["chain-other", { requireChainContains: ["app-2", "app-99"] }, "chain_mismatch/chain"],
  ["one-hop", { maxHopCount: 1 }, "hop_count_exceeded/hops"],
  ["no-hops", { maxHopCount: 0 }, "hop_count_exceeded/hops"],
];

function crossed(): VectorCase[] {
  return BEARERS.flatMap(({ slug, claims, satisfies }) =>
    REQUIREMENTS.map(([needs, config, verdict]) => {
      const id = `authority-${slug}-needs-${needs}`;
      return satisfies.includes(needs)
        ? accept(id, `${slug} has: ${needs}`, claims, { config })
        : refuse(id, `${slug} lacks: ${needs}`, verdict, claims, { config });
    }),
  );
}

/** Two requirements at once: the first that is not satisfied, in the order of the checks, refuses. */
function pairs(): VectorCase[] {
  const needed = REQUIREMENTS.filter(([slug]) => !["nothing", "scopes", "no-hops"].includes(slug));
  return BEARERS.filter(({ slug }) => ["bare", "agent"].includes(slug)).flatMap(
    ({ slug, claims, satisfies }) =>
      needed.flatMap((first, index) =>
        needed.slice(index + 1).flatMap((second) => {
          const config = { ...first[1], ...second[1] };
          if (Object.keys(config).length < 2) return [];
          const id = `authority-${slug}-needs-${first[0]}-and-${second[0]}`;
          const failing = [first, second].find(([need]) => !satisfies.includes(need));
          return failing === undefined
            ? accept(id, `${slug} has both`, claims, { config })
            : refuse(id, `${slug} lacks: ${failing[0]}`, failing[2], claims, { config });
        }),
      ),
  );
}

export function authorityCases(): VectorCase[] {
  return [...crossed(), ...pairs(), ...exactMatchCases()];
}
