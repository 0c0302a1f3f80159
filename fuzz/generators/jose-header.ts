import { type Choices, once, oneOf } from "../support/choices.js";
import { KEYS, ZONES } from "../support/world.js";

const ALGORITHMS: readonly unknown[] = [
  "none",
  "None",
  "es256",
  "ES256 ",
  "ES384",
  "ES512",
  "ES256K",
  "HS256",
  "RS256",
  "PS256",
  "EdDSA",
  "",
  null,
  0,
  ["ES256"],
  { alg: "ES256" },
  undefined,
];

const KEY_IDS: readonly unknown[] = [
  ...ZONES.map((zone) => KEYS[zone].kid),
  undefined,
  null,
  "",
  1,
  [KEYS.zone_a.kid],
  {},
  "../../etc/passwd",
  "' OR 1=1 --",
  "a\nb",
  "a\0",
  "a\u0085",
  "__proto__",
  "constructor",
  "x".repeat(256),
  "x".repeat(257),
  "\u{1f600}".repeat(256),
  "\u{1f600}".repeat(257),
  `${KEYS.zone_a.kid} `,
];

const TYPES: readonly unknown[] = [
  undefined,
  "JWT",
  "jwt",
  "Jwt",
  "at+jwt",
  "AT+JWT",
  "at+JWT",
  "application/at+jwt",
  "JWS",
  "JOSE",
  "dpop+jwt",
  "logout+jwt",
  "jwt ",
  "JWT\n",
  "",
  null,
  1,
  ["JWT"],
];

const EXTRAS: readonly (readonly [name: string, value: unknown])[] = [
  ["crit", ["exp"]],
  ["crit", []],
  ["crit", null],
  ["b64", true],
  ["b64", false],
  ["zip", "DEF"],
  ["zip", null],
  ["cty", "JWT"],
  ["cty", ""],
  // None of these is followed or used.
  ["jku", "https://evil.example.com/keys"],
  ["x5u", "https://evil.example.com/cert"],
  ["jwk", { kty: "EC", crv: "P-256", x: "AA", y: "AA" }],
  ["x5c", ["AA"]],
  ["x5t", "AA"],
  ["Alg", "none"],
  ["CRIT", ["exp"]],
  ["apu", "AA"],
  ["enc", "A128GCM"],
  ["nested", { crit: [] }],
];

/** The header of a mandate, as the STS writes it or with up to two members of another kind. */
export function joseHeader(choices: Choices, kid: string): object {
  const header: object = { alg: "ES256", typ: "JWT", kid };
  if (!once(choices, 6)) return header;
  return otherMember(choices, once(choices, 3) ? otherMember(choices, header) : header);
}

function otherMember(choices: Choices, header: object): object {
  const [name, value] = oneOf<() => readonly [string, unknown]>(choices, [
    () => ["alg", oneOf(choices, ALGORITHMS)],
    () => ["kid", oneOf(choices, KEY_IDS)],
    () => ["typ", oneOf(choices, TYPES)],
    () => oneOf(choices, EXTRAS),
  ])();
  return { ...header, [name]: value };
}
