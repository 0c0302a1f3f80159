import { createHmac, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { judge } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { serve } from "./support/server.js";
import { createTestKey } from "./support/test-key.js";
import { CLAIMS, encode, HEADER, KEY, type Part, tokenOf, without } from "./support/token.js";

const TOKEN = tokenOf();
const [H = "", P = "", S = ""] = TOKEN.split(".");

/** Refused for its shape alone: no key was asked for. */
async function refusedUnread(token: string): Promise<string> {
  const keys = keysOf(KEY);
  const verdict = await judge(token, keys);
  expect(keys.queries).toEqual([]);
  return verdict;
}

function withHeader(header: Part): string {
  return tokenOf({ header });
}

test("a mandate is accepted, and its key is asked for once", async () => {
  const keys = keysOf(KEY);
  expect(await judge(TOKEN, keys)).toBe("accepted");
  expect(keys.queries).toEqual([{ issuer: CLAIMS.iss, zoneId: CLAIMS.zone_id, kid: KEY.kid }]);
});

test("a token of 16 KiB is read, a longer one is not", async () => {
  const padded = (length: number) =>
    tokenOf({ payload: { ...CLAIMS, padding: "x".repeat(length) } });
  let length = 11_000;
  while (padded(length + 1).length <= 16_384) length += 1;
  expect(padded(length).length).toBeGreaterThanOrEqual(16_383);
  expect(await judge(padded(length))).toBe("accepted");
  expect(await refusedUnread(padded(length + 1))).toBe("invalid_token/size");

  expect(await refusedUnread("A".repeat(16_384))).toBe("invalid_token/encoding");
  expect(await refusedUnread("A".repeat(16_385))).toBe("invalid_token/size");
});

test("nothing of the token before is read in place of what does not fit", async () => {
  // Beside a header with a space more, a payload of 12,180 bytes makes it 16 KiB.
  const header = `${JSON.stringify(HEADER)} `;
  const bytes = JSON.stringify({ ...CLAIMS, padding: "" }).length;
  const payload = { ...CLAIMS, padding: "x".repeat(12_180 - bytes) };
  const token = tokenOf({ header, payload });
  expect(token).toHaveLength(16_384);
  expect(await judge(token)).toBe("accepted");
  // One character, two bytes: the last one finds no room where ASCII is read.
  expect(await refusedUnread(`${token.slice(0, -1)}é`)).toBe("invalid_token/encoding");
});

test.each([
  ["1 MB", "A".repeat(1_000_000)],
  ["1 MB of dots", ".".repeat(1_000_000)],
  ["nesting 100,000 deep", withHeader(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)],
])("size: %s", async (_, token) => {
  expect(await refusedUnread(token)).toBe("invalid_token/size");
});

test.each([
  ["empty", ""],
  ["no dot", H],
  ["one part and a dot", `${H}.`],
  ["two parts", `${H}.${P}`],
  ["four parts", `${TOKEN}.${S}`],
  ["a dot more", `${TOKEN}.`],
  ["five parts (JWE)", `${H}.${P}.${S}.${S}.${S}`],
  ["16,000 parts", ".".repeat(16_000)],
  ["no header", `.${P}.${S}`],
  ["JSON serialisation", JSON.stringify({ protected: H, payload: P, signature: S })],
  ["padded header", `${H}=.${P}.${S}`],
  ["padded payload", `${H}.${P}=.${S}`],
  ["padded signature", `${TOKEN}==`],
  ["+ in the signature", `${H}.${P}.+${S.slice(1)}`],
  ["/ in the signature", `${H}.${P}./${S.slice(1)}`],
  ["+ in the payload", `${H}.${P.slice(1)}+.${S}`],
  ["white space before", ` ${TOKEN}`],
  ["white space after", `${TOKEN} `],
  ["line feed after", `${TOKEN}\n`],
  ["carriage return within", `${H}.${P.slice(0, 8)}\r${P.slice(8)}.${S}`],
  ["tab around a dot", `${H}.\t${P}.${S}`],
  ["NUL within", `${H}.${P}\0.${S}`],
  ["non-ASCII letter", `${H}.${P}é.${S}`],
  ["full-width letter", `${H}.${P.slice(0, -1)}Ａ.${S}`],
  ["non-zero trailing bits", `${H}.${P}.${S.slice(0, -1)}${nextLetter(S)}`],
  ["a length that encodes no byte", `${H}.${P}.${"A".repeat(85)}`],
])("encoding: %s", async (_, token) => {
  expect(await refusedUnread(token)).toBe("invalid_token/encoding");
});

test.each<[string, Part]>([
  ["empty text", " "],
  ["not JSON", "alg: ES256"],
  ["an array", [HEADER]],
  ["a string", '"ES256"'],
  ["null", "null"],
  ["a number", "1"],
  ["byte-order mark", `\ufeff${JSON.stringify(HEADER)}`],
  ["bad UTF-8", Buffer.from('{"alg":"ES256","kid":"key-1","a":"\xff"}', "latin1")],
  ["overlong UTF-8", Buffer.from('{"alg":"ES256","kid":"key-1","a":"\xc0\xaf"}', "latin1")],
  [
    "a surrogate as UTF-8",
    Buffer.from('{"alg":"ES256","kid":"key-1","a":"\xed\xa0\x80"}', "latin1"),
  ],
  ["a lone surrogate as an escape", '{"alg":"ES256","kid":"key-1","a":"\\ud800"}'],
  ["alg twice", '{"alg":"ES256","alg":"ES256","kid":"key-1"}'],
  ["alg twice, first none", '{"alg":"none","alg":"ES256","kid":"key-1"}'],
  ["kid twice, once escaped", '{"alg":"ES256","kid":"key-1","k\\u0069d":"key-1"}'],
  ["a member twice further in", '{"alg":"ES256","kid":"key-1","jwk":{"a":1,"a":2}}'],
  ["trailing text", `${JSON.stringify(HEADER)} x`],
  ["65 levels", `{"alg":"ES256","kid":"key-1","a":${"[".repeat(64)}${"]".repeat(64)}}`],
  ["foreign typ", { ...HEADER, typ: "JOSE" }],
  ["typ dpop+jwt", { ...HEADER, typ: "dpop+jwt" }],
  ["typ with a prefix", { ...HEADER, typ: "application/at+jwt" }],
  ["typ with a line feed", { ...HEADER, typ: "JWT\n" }],
  ["empty typ", { ...HEADER, typ: "" }],
  ["typ null", { ...HEADER, typ: null }],
  ["typ as a list", { ...HEADER, typ: ["JWT"] }],
  ["crit of nothing", { ...HEADER, crit: [] }],
  ["crit of b64", { ...HEADER, crit: ["b64"], b64: true }],
  ["crit of exp", { ...HEADER, crit: ["exp"] }],
  ["crit null", { ...HEADER, crit: null }],
  ["b64 false", { ...HEADER, b64: false }],
  ["b64 true", { ...HEADER, b64: true }],
  ["zip", { ...HEADER, zip: "DEF" }],
  ["cty", { ...HEADER, cty: "JWT" }],
])("header: %s", async (_, header) => {
  expect(await refusedUnread(withHeader(header))).toBe("invalid_token/header");
});

test.each<[string, Part]>([
  ...["none", "None", "NONE", "nOnE", "es256", "ES256 ", "ES256K", "ES384", "ES512"].map(algorithm),
  ...["HS256", "RS256", "PS256", "EdDSA", "Ed25519", "ES256\0", ""].map(algorithm),
  ...[undefined, null, 1, true, ["ES256"], { ES256: 1 }].map(algorithm),
  ["by prototype", '{"__proto__":{"alg":"ES256"},"kid":"key-1"}'],
])("algorithm: %s", async (_, header) => {
  expect(await refusedUnread(withHeader(header))).toBe("invalid_token/algorithm");
});

test("algorithm: HS256 with the public key as its secret", async () => {
  const input = `${encode({ ...HEADER, alg: "HS256" })}.${P}`;
  const secret = KEY.publicKey.export({ format: "pem", type: "spki" });
  const mac = createHmac("sha256", secret).update(input).digest("base64url");
  expect(await refusedUnread(`${input}.${mac}`)).toBe("invalid_token/algorithm");
});

test("algorithm: none without a signature", async () => {
  const token = `${encode({ alg: "none", kid: KEY.kid })}.${P}.`;
  expect(await refusedUnread(token)).toBe("invalid_token/algorithm");
});

test.each<[string, Part]>([
  ["missing", without(HEADER, "kid")],
  ...["", "x".repeat(257), "𝒌".repeat(257), "a\0b", "key-1\n", "\r\nx: y", "\u007f", "\u009b"].map(
    keyId,
  ),
  ...[null, 1, true, ["key-1"], { toString: "key-1" }].map(keyId),
  ["by prototype", '{"alg":"ES256","__proto__":{"kid":"key-1"}}'],
])("kid: %s", async (_, header) => {
  expect(await refusedUnread(withHeader(header))).toBe("invalid_token/kid");
});

test.each(["../../etc/passwd", "' OR 1=1 --", "__proto__", "constructor", "key-1 ", "KEY-1"])(
  "kid %j is only ever compared",
  async (kid) => {
    const keys = keysOf(KEY);
    expect(await judge(withHeader({ ...HEADER, kid }), keys)).toBe("invalid_token/key");
    expect(keys.queries).toMatchObject([{ kid }]);
  },
);

test.each([
  ["1 character", "k"],
  ["256 characters", "x".repeat(256)],
  ["256 characters beyond the BMP", "𝒌".repeat(256)],
  ["a line separator", "\u2028"],
  ["SQL", "' OR 1=1 --"],
])("accepted: a kid of %s that the key set has", async (_, kid) => {
  const key = createTestKey(kid);
  const token = tokenOf({ header: { ...HEADER, kid }, key: key.privateKey });
  expect(await judge(token, keysOf(key))).toBe("accepted");
});

test.each([0, 1, 63, 65, 70, 96, 256])("signature: %i bytes", async (length) => {
  const token = `${H}.${P}.${Buffer.alloc(length, 1).toString("base64url")}`;
  expect(await refusedUnread(token)).toBe("invalid_token/signature");
});

test.each<[string, Part]>([
  ["no typ", without(HEADER, "typ")],
  ["typ jwt", { ...HEADER, typ: "jwt" }],
  ["typ at+jwt", { ...HEADER, typ: "at+jwt" }],
  ["typ AT+JWT", { ...HEADER, typ: "AT+JWT" }],
  ["a member named as one of Object's", '{"alg":"ES256","kid":"key-1","constructor":{"crit":1}}'],
  ["white space in its JSON", JSON.stringify(HEADER, undefined, 2)],
  ["64 levels", `{"alg":"ES256","kid":"key-1","a":${"[".repeat(63)}${"]".repeat(63)}}`],
])("accepted: %s", async (_, header) => {
  expect(await judge(withHeader(header))).toBe("accepted");
});

test("jku, x5u, jwk and x5c are neither followed nor used", async () => {
  const foreign = createTestKey();
  const server = await serve((_, response) =>
    response.end(JSON.stringify({ keys: [foreign.jwk] })),
  );
  const header = {
    ...HEADER,
    jku: `${server.issuer}/jku`,
    x5u: `${server.issuer}/x5u`,
    jwk: foreign.jwk,
    x5c: [foreign.publicKey.export({ format: "der", type: "spki" }).toString("base64")],
  };
  expect(await judge(tokenOf({ header }))).toBe("accepted");
  expect(await judge(tokenOf({ header, key: foreign.privateKey }))).toBe("invalid_token/signature");
  expect(server.requests).toEqual([]);
});

test.each([
  ["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey],
])("signature: by a key of %s, called ES256", async (_, key) => {
  expect(await refusedUnread(tokenOf({ key }))).toBe("invalid_token/signature");
});

function algorithm(alg: unknown): [string, Part] {
  return [JSON.stringify(alg) ?? "missing", { ...HEADER, alg }];
}

function keyId(kid: unknown): [string, Part] {
  return [JSON.stringify(kid).slice(0, 20), { ...HEADER, kid }];
}

/** The letter after a text's last one: it differs in the lowest of the bits that have to be zero. */
function nextLetter(text: string): string {
  return String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
}
