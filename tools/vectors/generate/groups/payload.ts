import { accept, refuse, type VectorCase } from "../case.js";
import { escaped, prepend, writeJson } from "../json-text.js";
import { AGENT, USER } from "../mandates.js";
import { say } from "./header-json.js";
import { INVALID_UTF8 } from "./utf8.js";

const JSON_USER = writeJson(USER);

/** Payloads that are genuine and no JSON object, or not one that is the same in every language. */
const NOT_OBJECTS: readonly (readonly [slug: string, payload: string | Uint8Array])[] = [
  ["null", "null"],
  ["true", "true"],
  ["number", "1"],
  ["text", '"user-1"'],
  ["list", `[${JSON_USER}]`],
  ["white-space", " "],
  ["not-json", "sub=user-1"],
  ["truncated", JSON_USER.slice(0, -1)],
  ["trailing-brace", `${JSON_USER}}`],
  ["two-objects", `${JSON_USER}${JSON_USER}`],
  ["trailing-comma", JSON_USER.replace(/}$/, ",}")],
  ["trailing-nul", `${JSON_USER}\u0000`],
  ["single-quotes", JSON_USER.replaceAll('"', "'")],
  ["names-without-quotes", JSON_USER.replace('"iss"', "iss")],
  ["comment", `/* */${JSON_USER}`],
  ["byte-order-mark", `\ufeff${JSON_USER}`],
  ["utf-16", Buffer.from(`\ufeff${JSON_USER}`, "utf16le")],
  ["no-break-space-first", `\u00a0${JSON_USER}`],
  ["form-feed-first", `\f${JSON_USER}`],
  ["line-feed-in-text", JSON_USER.replace("user-1", "user\n1")],
  ["nul-in-text", JSON_USER.replace("user-1", "user\u00001")],
  ["bad-escape", JSON_USER.replace("user-1", "user\\x2d1")],
  ["short-escape", JSON_USER.replace("user-1", "user\\u02d")],
  ["exp-nan", JSON_USER.replace(String(USER.exp), "NaN")],
  ["exp-infinity", JSON_USER.replace(String(USER.exp), "Infinity")],
  ["exp-minus-infinity", JSON_USER.replace(String(USER.exp), "-Infinity")],
  ["unknown-nan", prepend('"a":NaN', USER)],
  ["leading-zero", prepend('"a":01', USER)],
  ["leading-plus", prepend('"a":+1', USER)],
  ["no-digits-after-point", prepend('"a":1.', USER)],
  ["no-digits-before-point", prepend('"a":.5', USER)],
  ["hexadecimal", prepend('"a":0x10', USER)],
  ["digits-with-underscore", prepend('"a":1_000', USER)],
  ["full-width-digit", prepend('"a":\uff11', USER)],
  ["lone-high-surrogate", prepend('"a":"\\ud800"', USER)],
  ["lone-low-surrogate", prepend('"a":"\\udfff"', USER)],
  ["high-surrogate-twice", prepend('"a":"\\ud83d\\ud83d\\ude00"', USER)],
  ["lone-surrogate-in-sub", JSON_USER.replace("user-1", "user-\\ud83d")],
  ["lone-surrogate-in-name", prepend('"\\udc00":1', USER)],
  ["lone-surrogate-deep", prepend('"a":[{"b":["\\ud800"]}]', USER)],
  ["65-levels", prepend(`"a":${"[".repeat(64)}${"]".repeat(64)}`, USER)],
  ["65-levels-objects", prepend(`"a":${'{"a":'.repeat(64)}1${"}".repeat(64)}`, USER)],
  ["10000-levels-open", "[".repeat(10_000)],
  ["3000-levels", prepend(`"a":${"[".repeat(3_000)}${"]".repeat(3_000)}`, USER)],
  ["unknown-twice", prepend('"a":1,"a":1', USER)],
  ["unknown-twice-escaped", prepend(`"a":1,${escaped("a")}:2`, USER)],
  ["sub-twice-escaped", prepend(`${escaped("sub")}:"admin"`, USER)],
  ["exp-twice-escaped", prepend(`${escaped("exp")}:0`, USER)],
  ["scope-twice-escaped", prepend(`${escaped("scope")}:"admin"`, USER)],
  ["empty-name-twice", prepend('"":1,"":2', USER)],
  ["proto-twice", prepend('"__proto__":1,"__proto__":2', USER)],
  ["nested-twice", prepend('"a":{"b":1,"b":2}', USER)],
  ["nested-twice-in-list", prepend('"a":[1,{"b":1,"b":2}]', USER)],
  [
    "twice-in-chain",
    prepend('"delegation_chain":[{"application_id":"a","application_id":"b"}]', USER),
  ],
];

/** Names that mean something to a programming language and nothing to a mandate. */
const LANGUAGE_NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "__class__"];

function languageNames(): VectorCase[] {
  return LANGUAGE_NAMES.flatMap((name) => {
    const slug = name.replaceAll("_", "").toLowerCase();
    const claim = (value: unknown) => prepend(`"${name}":${writeJson(value)}`, USER);
    return [
      accept(`claims-name-${slug}`, `${name} as a claim has no effect`, USER, {
        payload: claim({ sub: "admin", scope: "admin" }),
      }),
      refuse(
        `claims-name-${slug}-hides-claims`,
        `claims inside ${name} are none`,
        "invalid_token/claim",
        {},
        {
          payload: `{"${name}":${JSON_USER}}`,
        },
      ),
      refuse(
        `claims-name-${slug}-hides-scope`,
        `a scope inside ${name} is not granted`,
        "insufficient_scope/scope",
        USER,
        { payload: claim({ scope: "admin" }), config: { requiredScopes: ["admin"] } },
      ),
      refuse(
        `claims-name-${slug}-hides-agent`,
        `an agent inside ${name} is none`,
        "agent_required/agent",
        USER,
        {
          payload: claim({ agent_session_id: AGENT.agent_session_id }),
          config: { requireAgent: true },
        },
      ),
    ];
  });
}

export function payloadCases(): VectorCase[] {
  const refused = (slug: string, payload: string | Uint8Array) =>
    refuse(`claims-payload-${slug}`, `payload: ${say(slug)}`, "invalid_token/payload", USER, {
      payload,
    });
  return [
    ...NOT_OBJECTS.map(([slug, payload]) => refused(slug, payload)),
    ...INVALID_UTF8.map(([slug, bytes]) =>
      refused(
        `utf8-${slug}`,
        Buffer.concat([
          Buffer.from('{"a":"'),
          Buffer.from(bytes),
          Buffer.from(`",${JSON_USER.slice(1)}`),
        ]),
      ),
    ),
    ...languageNames(),
    refuse("claims-payload-empty-object", "payload: no claim at all", "invalid_token/claim", {}),
  ];
}
