import { accept, type VectorCase } from "../case.js";
import { escaped, type Members, prepend, raw, writeJson } from "../json-text.js";
import { APPLICATION, FULL, NOW, OPTIONAL_CLAIMS, USER, without } from "../mandates.js";
import { say } from "./header-json.js";

const JSON_USER = writeJson(USER);

/** Claims that the wire format does not know; they are ignored. */
const UNKNOWN: readonly (readonly [slug: string, text: string])[] = [
  ["text", '"a":"x"'],
  ["null", '"a":null'],
  ["object", '"a":{"sub":"admin"}'],
  ["list", '"a":[1,"x",null,{}]'],
  ["fraction", '"a":1.5e-7'],
  ["beyond-numbers", '"a":1e400'],
  ["5000-digits", `"a":${"1".repeat(5_000)}`],
  ["empty-name", '"":"x"'],
  ["graph-epoch", '"graph_epoch":0'],
  ["azp", '"azp":"app-2","act":{"sub":"app-2"},"cnf":{"jkt":"x"}'],
  ["other-case", '"SUB":"admin","Scope":"admin","EXP":0'],
  ["space-in-name", '"sub ":"admin"," exp":0'],
  ["camel-case", '"clientId":"app-2","zoneId":"zone-2","hopCount":99'],
  ["scp", '"scp":["admin"],"roles":["admin"],"permissions":"admin"'],
  ["1000-characters", `"a":"${"x".repeat(1_000)}"`],
  ["64-levels", `"a":${"[".repeat(63)}${"]".repeat(63)}`],
  ["64-levels-objects", `"a":${'{"a":'.repeat(63)}1${"}".repeat(63)}`],
  ["structure-in-text", '"a":"{\\"b\\":1,\\"b\\":1}[[[","b":"\\\\"'],
  ["siblings", '"a":[{"b":1},{"b":1}],"b":{"a":1}'],
];

/** The same claims, written otherwise. */
const WRITTEN: readonly (readonly [slug: string, payload: string])[] = [
  ["pretty", JSON.stringify(USER, null, 2)],
  ["tabs-and-line-feeds", `\r\n\t${JSON_USER.replaceAll(":[", "\t:\n[")}\n `],
  ["reversed", JSON.stringify(Object.fromEntries(Object.entries(USER).reverse()))],
  ["escaped-names", JSON_USER.replace('"sub"', escaped("sub")).replace('"exp"', escaped("exp"))],
  ["escaped-values", JSON_USER.replace('"user-1"', '"\\u0075ser\\u002d1"')],
  ["escaped-slashes", JSON_USER.replaceAll("/", "\\/")],
  ["exp-with-fraction-zero", JSON_USER.replace(String(USER.exp), `${USER.exp}.0`)],
  ["exp-with-exponent", JSON_USER.replace(String(USER.exp), "1.80000089e9")],
  ["iat-with-exponent", JSON_USER.replace(String(USER.iat), "179999999E+1")],
];

/** Values at the edge of what a claim may be. */
const EDGES: readonly (readonly [slug: string, claims: Members])[] = [
  ["sub-one-character", { sub: "a" }],
  ["sub-space", { sub: " " }],
  ["sub-1000-characters", { sub: "s".repeat(1_000) }],
  ["sub-unicode", { sub: "\u30e6\u30fc\u30b6\u30fc-\u00fc-\u{1f600}" }],
  ["sub-combining", { sub: "e\u0301" }],
  ["sub-right-to-left", { sub: "\u202euser" }],
  ["sub-nul", { sub: "user\u00001" }],
  ["sub-quotes", { sub: "\"'\\/<script>" }],
  ["sub-proto", { sub: "__proto__" }],
  ["sub-digits", { sub: "0" }],
  ["jti-no-uuid", { jti: "x" }],
  ["sid-is-root-sid", { sid: "root-1" }],
  ["client-id-unicode", { client_id: "\u30a2\u30d7\u30ea" }],
  ["scope-empty", { scope: "" }],
  ["scope-one", { scope: "notes:read" }],
  ["scope-two-spaces", { scope: "notes:read  notes:write" }],
  ["scope-spaces-around", { scope: " notes:read " }],
  ["scope-spaces-only", { scope: "   " }],
  ["scope-repeated", { scope: "a b a" }],
  ["scope-100", { scope: Array.from({ length: 100 }, (_, index) => `s${index}`).join(" ") }],
  ["scope-tab", { scope: "notes:read\tnotes:write" }],
  ["scope-unicode", { scope: "\u00fc \u65e5\u672c" }],
  ["target-empty", { target: [] }],
  ["target-empty-text", { target: [""] }],
  ["target-repeated", { target: ["a", "a"] }],
  ["target-64", { target: Array.from({ length: 64 }, (_, index) => `https://r${index}.example`) }],
  ["path-64", { delegation_path: Array.from({ length: 64 }, (_, index) => `edge-${index}`) }],
  [
    "chain-64",
    { delegation_chain: Array.from({ length: 64 }, (_, i) => ({ application_id: `a${i}` })) },
  ],
  ["chain-empty", { delegation_chain: [] }],
  ["chain-of-one", { delegation_chain: [{ application_id: "app-1" }] }],
  ["chain-unknown-member", { delegation_chain: [{ application_id: "app-1", role: 1, a: null }] }],
  ["path-empty", { delegation_path: [] }],
  ["path-empty-text", { delegation_path: [""] }],
  ["source-session-empty", { source_session_id: "", target_session_id: "" }],
  ["hop-count-zero", { hop_count: 0 }],
  ["hop-count-largest", { hop_count: Number.MAX_SAFE_INTEGER }],
  ["epoch-zero", { delegation_graph_epoch: 0 }],
  ["epoch-largest", { delegation_graph_epoch: Number.MAX_SAFE_INTEGER }],
  ["agent-unicode", { agent_session_id: "\u4ee3\u7406-\u{1f916}" }],
  ["agent-space", { agent_session_id: " " }],
];

/** More hops than any default allows: what is looked at here is the form. */
const MANY_HOPS = { config: { maxHopCount: Number.MAX_SAFE_INTEGER } };

export function acceptedClaimCases(): VectorCase[] {
  return [
    ...UNKNOWN.map(([slug, text]) =>
      accept(`claims-unknown-${slug}`, `an unknown claim is ignored: ${say(slug)}`, USER, {
        payload: prepend(text, USER),
      }),
    ),
    ...WRITTEN.map(([slug, payload]) =>
      accept(`claims-written-${slug}`, `the same claims: ${say(slug)}`, USER, { payload }),
    ),
    ...EDGES.map(([slug, claims]) =>
      accept(`claims-edge-${slug}`, say(slug), { ...USER, ...claims }, MANY_HOPS),
    ),
    ...OPTIONAL_CLAIMS.flatMap((claim) => {
      const slug = claim.replaceAll("_", "-");
      return [
        accept(`claims-only-${slug}`, `${claim} and no other optional claim`, {
          ...without(USER, ...OPTIONAL_CLAIMS),
          [claim]: FULL[claim],
        }),
        accept(`claims-all-but-${slug}`, `every optional claim but ${claim}`, without(FULL, claim)),
      ];
    }),
    accept("claims-none-optional", "no optional claim", without(USER, ...OPTIONAL_CLAIMS)),
    accept("claims-application", "an application for itself", APPLICATION),
    accept(
      "claims-hop-count-minus-zero",
      "hop_count is -0",
      { ...USER, hop_count: 0 },
      {
        payload: { ...USER, hop_count: raw("-0") },
      },
    ),
    accept(
      "claims-hop-count-1e0",
      "hop_count is 1e0",
      { ...USER, hop_count: 1 },
      {
        payload: { ...USER, hop_count: raw("1e0") },
      },
    ),
    accept("claims-nbf-with-fraction-zero", "nbf with a fraction of zero", USER, {
      payload: { ...USER, nbf: raw(`${NOW}.000`) },
    }),
  ];
}
