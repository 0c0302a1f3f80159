import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { AGENT, APPLICATION, delegated, USER, without } from "../mandates.js";

const MANDATES: readonly (readonly [slug: string, claims: Members])[] = [
  ["user", USER],
  ["application", APPLICATION],
  ["agent", AGENT],
  ["delegated-once", delegated(1)],
  ["delegated-twice", delegated(2)],
  ["delegated-user", without(delegated(2), "agent_session_id")],
];
const ANCHORS = ["sid", "root_sid", "agent_session_id", "delegation_edge_id"] as const;

/** What is in a mandate and is no anchor of it. */
const NO_ANCHORS = [
  "jti",
  "sub",
  "client_id",
  "zone_id",
  "source_session_id",
  "target_session_id",
] as const;

export function anchorCases(): VectorCase[] {
  return MANDATES.flatMap(([slug, claims]) => {
    const own = ANCHORS.filter((anchor) => claims[anchor] !== undefined);
    const other = NO_ANCHORS.filter(
      (name) => claims[name] !== undefined && claims[name] !== claims.agent_session_id,
    );
    const revokedIds = own.map((anchor) => String(claims[anchor]));
    return [
      ...own.map((anchor) =>
        refuse(
          `revocation-${slug}-${name(anchor)}`,
          `${anchor} is revoked`,
          "session_revoked/revocation",
          claims,
          {
            revoked: [String(claims[anchor])],
          },
        ),
      ),
      refuse(
        `revocation-${slug}-all`,
        "every anchor is revoked",
        "session_revoked/revocation",
        claims,
        {
          revoked: revokedIds,
        },
      ),
      ...other.map((member) =>
        accept(`revocation-${slug}-${name(member)}-no-anchor`, `${member} is no anchor`, claims, {
          revoked: [String(claims[member])],
        }),
      ),
      ...own.map((anchor) => {
        const id = String(claims[anchor]);
        const similar = [id.toUpperCase(), `${id} `, id.slice(0, -1), `${id}0`, anchor, `x${id}`];
        return accept(
          `revocation-${slug}-${name(anchor)}-similar`,
          `ids like ${anchor} are revoked`,
          claims,
          {
            revoked: similar,
          },
        );
      }),
    ];
  });
}

const name = (claim: string): string => claim.replaceAll("_", "-");
