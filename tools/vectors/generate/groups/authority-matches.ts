import { accept, refuse, type VectorCase } from "../case.js";
import { AUDIENCE, OTHER_AUDIENCE, USER } from "../mandates.js";

/** How scopes are told apart: at spaces, exactly, and in no other way. */
const SCOPES: readonly (readonly [slug: string, scope: unknown, verdict: "ok" | "missing"])[] = [
  ["alone", "admin", "ok"],
  ["first", "admin notes:read", "ok"],
  ["last", "notes:read admin", "ok"],
  ["two-spaces", "notes:read  admin", "ok"],
  ["spaces-around", "  admin  ", "ok"],
  ["twice", "admin admin", "ok"],
  ["absent", undefined, "missing"],
  ["empty", "", "missing"],
  ["prefix", "adm", "missing"],
  ["longer", "admins", "missing"],
  ["suffix", "superadmin", "missing"],
  ["with-colon", "admin:read", "missing"],
  ["upper-case", "ADMIN", "missing"],
  ["tab", "notes:read\tadmin", "missing"],
  ["line-feed", "notes:read\nadmin", "missing"],
  ["carriage-return", "notes:read\radmin", "missing"],
  ["vertical-tab", "notes:read\u000badmin", "missing"],
  ["no-break-space", "notes:read\u00a0admin", "missing"],
  ["em-space", "notes:read\u2003admin", "missing"],
  ["line-separator", "notes:read\u2028admin", "missing"],
  ["comma", "notes:read,admin", "missing"],
  ["plus", "notes:read+admin", "missing"],
  ["trailing-line-feed", "admin\n", "missing"],
  ["trailing-nul", "admin\u0000", "missing"],
  ["quoted", '"admin"', "missing"],
  ["wildcard", "*", "missing"],
  ["zero-width-space", "admin\u200b", "missing"],
  ["cyrillic", "\u0430dmin", "missing"],
  ["full-width", "\uff41dmin", "missing"],
];

const TARGETS: readonly (readonly [slug: string, target: unknown, verdict: "ok" | "missing"])[] = [
  ["alone", [AUDIENCE], "ok"],
  ["last", [OTHER_AUDIENCE, AUDIENCE], "ok"],
  ["last-of-64", [...Array.from({ length: 63 }, (_, index) => `r${index}`), AUDIENCE], "ok"],
  ["absent", undefined, "missing"],
  ["empty", [], "missing"],
  ["other", [OTHER_AUDIENCE], "missing"],
  ["slash", [`${AUDIENCE}/`], "missing"],
  ["prefix", [AUDIENCE.slice(0, -1)], "missing"],
  ["upper-case", [AUDIENCE.toUpperCase()], "missing"],
  ["joined", [`${AUDIENCE} ${OTHER_AUDIENCE}`], "missing"],
  ["wildcard", ["*"], "missing"],
];

/** Scopes and targets are compared exactly. */
export function exactMatchCases(): VectorCase[] {
  return [
    ...SCOPES.map(([slug, scope, verdict]) => {
      const situation = { config: { requiredScopes: ["admin"] } };
      const id = `authority-scope-${slug}`;
      const comment = `scope is ${JSON.stringify(scope)}, admin is needed`;
      return verdict === "ok"
        ? accept(id, comment, { ...USER, scope }, situation)
        : refuse(id, comment, "insufficient_scope/scope", { ...USER, scope }, situation);
    }),
    ...TARGETS.map(([slug, target, verdict]) => {
      const situation = { config: { requiredTargets: [AUDIENCE] } };
      const id = `authority-target-${slug}`;
      const comment = `target: ${slug}, ${AUDIENCE} is needed`;
      return verdict === "ok"
        ? accept(id, comment, { ...USER, target }, situation)
        : refuse(id, comment, "invalid_token/target", { ...USER, target }, situation);
    }),
  ];
}
