import { accept, refuse, type VectorCase } from "../case.js";
import { USER } from "../mandates.js";
import { KINDS } from "./kinds.js";

const ALGORITHMS = [
  "none,None,NONE,nOnE,es256,Es256,eS256,ES-256,ES256K,ES384,ES512,HS256,HS384,HS512,RS256,RS384",
  "RS512,PS256,PS384,PS512,EdDSA,Ed25519,Ed448,ML-DSA-44,dir,A256KW,ECDH-ES,SHA256withECDSA",
]
  .join(",")
  .split(",");
const NEAR_ALGORITHMS = ["ES256 ", " ES256", "ES256\n", "ES256\u0000", "\uff25S256", "ES256,none"];

function algorithms(): VectorCase[] {
  const refused = (id: string, alg: unknown) =>
    refuse(`header-alg-${id}`, `alg is ${JSON.stringify(alg)}`, "invalid_token/algorithm", USER, {
      header: { alg },
    });
  return [
    ...ALGORITHMS.map((alg) =>
      refused(
        alg === alg.toUpperCase() ? alg.toLowerCase() : `as-${[...alg].map(spell).join("")}`,
        alg,
      ),
    ),
    ...NEAR_ALGORITHMS.map((alg, index) => refused(`near-${index + 1}`, alg)),
    ...KINDS.map(([slug, value]) => refused(`is-${slug}`, value)),
    refused("list-of-es256", ["ES256"]),
    refused("object-with-es256", { alg: "ES256" }),
    refuse("header-alg-missing", "no alg", "invalid_token/algorithm", USER, {
      header: { alg: undefined },
    }),
    refuse("header-alg-other-case", "ALG instead of alg", "invalid_token/algorithm", USER, {
      header: { alg: undefined, ALG: "ES256" },
    }),
    refuse(
      "header-alg-in-payload",
      "alg among the claims only",
      "invalid_token/algorithm",
      {
        ...USER,
        alg: "ES256",
      },
      { header: { alg: undefined } },
    ),
  ];
}

/** A letter for an id in which the case of letters is told. */
function spell(letter: string): string {
  if (/[^a-z0-9]/i.test(letter)) return "-";
  return letter === letter.toUpperCase() && /[A-Z]/.test(letter)
    ? `u${letter.toLowerCase()}`
    : letter;
}

const TYPES = ["JWT", "jwt", "Jwt", "jWt", "JWt", "at+jwt", "AT+JWT", "At+Jwt", "at+JWT"];
const FOREIGN_TYPES = [
  ..."JWS,JOSE,JOSE+JSON,application/jwt,application/at+jwt,JWT ,dpop+jwt,JWT;x,at jwt".split(","),
  ..."at-jwt,atjwt,JWE,secevent+jwt,JW,JWTT,entity-statement+jwt".split(","),
  " JWT",
  "JWT\n",
  "\uff2aWT",
  "JWT\u0000",
];

function types(): VectorCase[] {
  const refused = (id: string, typ: unknown) =>
    refuse(`header-typ-${id}`, `typ is ${JSON.stringify(typ)}`, "invalid_token/header", USER, {
      header: { typ },
    });
  return [
    ...TYPES.map((typ, index) =>
      accept(`header-typ-accepted-${index + 1}`, `typ is ${typ}`, USER, { header: { typ } }),
    ),
    accept("header-typ-missing", "no typ", USER, { header: { typ: undefined } }),
    ...FOREIGN_TYPES.map((typ, index) => refused(`foreign-${index + 1}`, typ)),
    ...KINDS.map(([slug, value]) => refused(`is-${slug}`, value)),
    refused("list-of-jwt", ["JWT"]),
  ];
}

export function algorithmAndTypeCases(): VectorCase[] {
  return [...algorithms(), ...types()];
}
