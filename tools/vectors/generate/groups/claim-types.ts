import { accept, refuse, type VectorCase } from "../case.js";
import { type Members, prepend, raw, writeJson } from "../json-text.js";
import { FULL, NOW, USER } from "../mandates.js";
import { KINDS } from "./kinds.js";

type Kind = "text" | "name" | "word" | "integer" | "list" | "chain";

/** Each claim, what it has to be, and the verdict where it is missing ("ok" where it may be). */
const CLAIMS: readonly (readonly [claim: string, kind: Kind, missing: string])[] = [
  ["iss", "name", "invalid_token/issuer"],
  ["aud", "name", "invalid_token/audience"],
  ["sub", "name", "invalid_token/claim"],
  ["sub_type", "word", "invalid_token/claim"],
  ["client_id", "name", "invalid_token/claim"],
  ["zone_id", "name", "invalid_zone/zone"],
  ["jti", "name", "invalid_token/claim"],
  ["iat", "integer", "invalid_token/time"],
  ["exp", "integer", "invalid_token/expiry"],
  ["nbf", "integer", "ok"],
  ["use", "text", "invalid_token/use"],
  ["sid", "name", "invalid_token/claim"],
  ["root_sid", "name", "invalid_token/claim"],
  ["scope", "text", "ok"],
  ["target", "list", "ok"],
  ["agent_session_id", "name", "ok"],
  ["delegation_edge_id", "name", "ok"],
  ["source_session_id", "text", "ok"],
  ["target_session_id", "text", "ok"],
  ["delegation_path", "list", "ok"],
  ["delegation_chain", "chain", "ok"],
  ["hop_count", "integer", "ok"],
  ["delegation_graph_epoch", "integer", "ok"],
];

/** Which values of any kind are of the right type after all. */
const RIGHT: Readonly<Record<Kind, readonly string[]>> = {
  text: ["empty-text", "text"],
  name: ["text"],
  word: [],
  integer: ["zero", "one"],
  list: ["empty-list", "list-of-text"],
  chain: ["empty-list"],
};

/** Further values that are wrong, kind by kind. */
const WRONG: Readonly<Record<Kind, readonly (readonly [slug: string, value: unknown])[]>> = {
  text: [["number-as-list", [1]]],
  name: [["number-as-list", [1]]],
  word: [
    ["upper-case", "USER"],
    ["agent", "agent"],
    ["user-with-space", "user "],
  ],
  integer: [
    ["digits", String(NOW + 890)],
    ["minus-one", -1],
    ["2-to-53", raw("9007199254740992")],
    ["2-to-53-plus-1", raw("9007199254740993")],
    ["2-to-64", raw("18446744073709551616")],
    ["1e400", raw("1e400")],
    ["minus-1e400", raw("-1e400")],
    ["half", raw(`${NOW}.5`)],
    ["list-of-one", [NOW]],
  ],
  list: [
    ["numbers", [1]],
    ["null-in-list", [null]],
    ["text-and-number", ["text", 1]],
    ["list-in-list", [["text"]]],
    ["object-in-list", [{}]],
    ["65-entries", Array.from({ length: 65 }, (_, index) => `e${index}`)],
  ],
  chain: [
    ["null-in-list", [null]],
    ["number-in-list", [1]],
    ["list-in-list", [[]]],
    ["entry-empty", [{}]],
    ["entry-other", [{ application: "app-1" }]],
    ["application-empty", [{ application_id: "" }]],
    ["application-null", [{ application_id: null }]],
    ["application-number", [{ application_id: 1 }]],
    ["application-list", [{ application_id: ["app-1"] }]],
    ["session-empty", [{ application_id: "app-1", agent_session_id: "" }]],
    ["session-null", [{ application_id: "app-1", agent_session_id: null }]],
    ["session-number", [{ application_id: "app-1", agent_session_id: 1 }]],
    ["edge-empty", [{ application_id: "app-1", delegation_edge_id: "" }]],
    ["edge-null", [{ application_id: "app-1", delegation_edge_id: null }]],
    ["edge-list", [{ application_id: "app-1", delegation_edge_id: ["edge-1"] }]],
    ["second-wrong", [{ application_id: "app-1" }, "app-2"]],
    ["65-entries", Array.from({ length: 65 }, () => ({ application_id: "a" }))],
  ],
};

/** Kinds that say no more than their neighbours do. */
const LEFT_OUT = ["false", "one", "empty-object"];

/** `aud` is a text or a list of texts. */
const isRight = (claim: string, kind: Kind, slug: string): boolean =>
  LEFT_OUT.includes(slug) ||
  RIGHT[kind].includes(slug) ||
  (claim === "aud" && RIGHT.list.includes(slug));

function ofClaim(claim: string, kind: Kind, missing: string): VectorCase[] {
  const further = claim === "aud" ? [...WRONG[kind], ...WRONG.list] : WRONG[kind];
  const wrong = [...KINDS.filter(([slug]) => !isRight(claim, kind, slug)), ...further];
  const unique = new Map(wrong.map(([slug, value]) => [slug, value]));
  const id = `claims-${claim.replaceAll("_", "-")}`;
  const absent: Members = { ...FULL, [claim]: undefined };
  const once: Members = { ...USER, [claim]: FULL[claim] };
  const twice = prepend(`"${claim}":${writeJson(FULL[claim])}`, once);
  return [
    ...[...unique].map(([slug, value]) =>
      refuse(`${id}-${slug}`, `${claim}: ${slug.replaceAll("-", " ")}`, "invalid_token/claim", {
        ...USER,
        [claim]: value,
      }),
    ),
    missing === "ok"
      ? accept(`${id}-missing`, `${claim} may be missing`, absent)
      : refuse(`${id}-missing`, `${claim} is missing`, missing, absent),
    refuse(`${id}-twice`, `${claim} stands twice`, "invalid_token/payload", FULL, {
      payload: twice,
    }),
  ];
}

export function claimTypeCases(): VectorCase[] {
  return CLAIMS.flatMap(([claim, kind, missing]) => ofClaim(claim, kind, missing));
}
