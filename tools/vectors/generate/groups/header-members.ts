import { accept, refuse, type VectorCase } from "../case.js";
import { escaped, type Members, writeJson } from "../json-text.js";
import { KEYS } from "../keys.js";
import { USER } from "../mandates.js";

const HEADER = { alg: "ES256", typ: "JWT", kid: KEYS.zone1.kid };

const FORBIDDEN: readonly (readonly [member: string, values: readonly unknown[]])[] = [
  ["crit", [[], ["exp"], ["b64"], ["unknown"], [""], "exp", null, {}, true]],
  ["b64", [true, false, null, "false", 0]],
  ["zip", ["DEF", "", null, "none", true]],
  ["cty", ["JWT", "json", "", null, ["JWT"]]],
];

function forbidden(): VectorCase[] {
  return FORBIDDEN.flatMap(([member, values]) => [
    ...values.map((value, index) =>
      refuse(
        `header-${member}-${index + 1}`,
        `${member} is ${JSON.stringify(value)}`,
        "invalid_token/header",
        USER,
        { header: { [member]: value } },
      ),
    ),
    refuse(
      `header-${member}-escaped`,
      `${member}, its name escaped`,
      "invalid_token/header",
      USER,
      {
        rawHeader: `{${escaped(member)}:null,${writeJson(HEADER).slice(1)}`,
      },
    ),
    accept(`header-${member}-other-case`, `${member.toUpperCase()} is another member`, USER, {
      header: { [member.toUpperCase()]: "x" },
    }),
  ]);
}

const attackerJwk = KEYS.attacker.jwk;
/** Members that could lead to another key, and are neither followed nor used. */
const KEY_MEMBERS: readonly (readonly [name: string, members: Members])[] = [
  ["jwk", { jwk: attackerJwk }],
  ["x5c", { x5c: ["MIIB"] }],
  ["jku", { jku: "https://attacker.example.com/jwks.json" }],
  ["x5u", { x5u: "https://attacker.example.com/cert.pem" }],
  ["x5t", { x5t: "AAAA", "x5t#S256": "AAAA" }],
  ["iss", { iss: "https://attacker.example.com" }],
  ["jwk-and-jku", { jwk: attackerJwk, jku: "http://169.254.169.254/latest" }],
];

function keyMembers(): VectorCase[] {
  return KEY_MEMBERS.flatMap(([name, members]) => [
    accept(`header-${name}-ignored`, `${name} in a genuine header has no effect`, USER, {
      header: members,
    }),
    refuse(
      `header-${name}-forged`,
      `${name} leads to the key that signed: it is not used`,
      "invalid_token/signature",
      USER,
      { header: members, key: "attacker" },
    ),
    refuse(
      `header-${name}-without-kid`,
      `${name} does not stand in for a kid`,
      "invalid_token/kid",
      USER,
      { header: { ...members, kid: undefined }, key: "attacker" },
    ),
  ]);
}

export function headerMemberCases(): VectorCase[] {
  return [...forbidden(), ...keyMembers()];
}
