import { accept, refuse, type Situation, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { AGENT, APPLICATION, delegated, FULL, OTHER_AUDIENCE, USER } from "../mandates.js";
import { N, type Signature, toBytes } from "../p256.js";
import { encode, joined } from "../token.js";
import { say } from "./header-json.js";

const MAX = 2n ** 256n - 1n;

/** Values that r and s must not have, or do not have by chance. */
const EDGES: readonly (readonly [slug: string, value: bigint])[] = [
  ["zero", 0n],
  ["one", 1n],
  ["n-minus-1", N - 1n],
  ["n", N],
  ["n-plus-1", N + 1n],
  ["max", MAX],
];

function edges(): VectorCase[] {
  return EDGES.flatMap(([rSlug, r]) => [
    bad(`r-${rSlug}`, ({ s }) => joined({ r, s })),
    bad(`s-${rSlug}`, (signature) => joined({ r: signature.r, s: r })),
    ...EDGES.map(([sSlug, s]) => bad(`r-${rSlug}-s-${sSlug}`, () => joined({ r, s }))),
  ]);
}

function bad(slug: string, signature: (genuine: Signature) => Uint8Array): VectorCase {
  return refuse(`signature-${slug}`, `signature: ${say(slug)}`, "invalid_token/signature", USER, {
    signature,
  });
}

/** DER of the same signature (RFC 3279). */
function der({ r, s }: Signature): Buffer {
  const integer = (value: bigint) => {
    const bytes = toBytes(value);
    const body = (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(2, body.length), body]);
  };
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** Signatures that are not of 64 bytes are refused without a look at the keys. */
function lengths(): VectorCase[] {
  const table: readonly (readonly [slug: string, signature: (genuine: Signature) => Uint8Array])[] =
    [
      ["der", der],
      ["63-bytes", (genuine) => joined(genuine).subarray(0, 63)],
      ["63-bytes-at-end", (genuine) => joined(genuine).subarray(1)],
      ["65-bytes", (genuine) => Buffer.concat([joined(genuine), Buffer.of(0)])],
      ["65-bytes-leading-zero", (genuine) => Buffer.concat([Buffer.of(0), joined(genuine)])],
      ["r-alone", ({ r }) => toBytes(r)],
      ["one-byte", () => Buffer.of(0)],
      ["96-bytes", (genuine) => Buffer.concat([joined(genuine), Buffer.alloc(32)])],
      ["twice", (genuine) => Buffer.concat([joined(genuine), joined(genuine)])],
      ["r-plus-n-33-bytes", ({ r, s }) => Buffer.concat([toBytes(r + N, 33), toBytes(s, 33)])],
      ["hexadecimal", (genuine) => Buffer.from(Buffer.from(joined(genuine)).toString("hex"))],
      ["text", () => Buffer.from("signature")],
    ];
  return table.map(([slug, signature]) =>
    refuse(
      `signature-length-${slug}`,
      `a signature that is not of 64 bytes: ${say(slug)}`,
      "invalid_token/signature",
      USER,
      { signature, io: "none" },
    ),
  );
}

function flippedBits(): VectorCase[] {
  return Array.from({ length: 64 }, (_, index) => {
    const bit = (index * 5) % 8;
    return bad(`bit-${bit}-of-byte-${index}`, (genuine) => {
      const bytes = Buffer.from(joined(genuine));
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
      return bytes;
    });
  });
}

/** What was signed is not what is presented. */
function otherInputs(): VectorCase[] {
  const inputs: readonly (readonly [slug: string, situation: Situation])[] = [
    ["payload-alone", { signedInput: (input) => input.split(".")[1] ?? "" }],
    ["header-alone", { signedInput: (input) => input.split(".")[0] ?? "" }],
    ["no-dot", { signedInput: (input) => input.replace(".", "") }],
    ["trailing-dot", { signedInput: (input) => `${input}.` }],
    ["trailing-line-feed", { signedInput: (input) => `${input}\n` }],
    ["decoded-payload", { signedInput: () => JSON.stringify(USER) }],
    ["empty", { signedInput: () => "" }],
    ["other-payload", { signedInput: (input) => `${input.split(".")[0]}.${encode(APPLICATION)}` }],
    [
      "other-header",
      { signedInput: (input) => `${encode({ alg: "ES256" })}.${input.split(".")[1]}` },
    ],
    ["upper-case", { signedInput: (input) => input.toUpperCase() }],
    ["sha-384", { hash: "sha384" }],
    ["sha-512", { hash: "sha512" }],
    ["sha-1", { hash: "sha1" }],
    ["r-and-s-swapped", { signature: ({ r, s }) => joined({ r: s, s: r }) }],
    ["little-endian", { signature: (genuine) => Buffer.from(joined(genuine)).reverse() }],
    ["n-minus-r", { signature: ({ r, s }) => joined({ r: N - r, s }) }],
    ["all-ones", { signature: () => Buffer.alloc(64, 255) }],
    ["text", { signature: () => Buffer.alloc(64, "a") }],
    ["attacker", { key: "attacker" }],
    ["zone-2-key-as-zone-1", { key: "zone2", header: { kid: "zone-1-key" } }],
    ["next-key-as-current", { key: "zone1Next", header: { kid: "zone-1-key" } }],
  ];
  return inputs.map(([slug, situation]) =>
    refuse(
      `signature-of-${slug}`,
      `signature: ${say(slug)}`,
      "invalid_token/signature",
      USER,
      situation,
    ),
  );
}

/** For each signature (r, s) there is (r, n - s): both are genuine, and both are accepted. */
function malleable(): VectorCase[] {
  const mandates: readonly (readonly [string, Members])[] = [
    ["user", USER],
    ["application", APPLICATION],
    ["agent", AGENT],
    ["delegated-once", delegated(1)],
    ["delegated-twice", delegated(2)],
    ["full", FULL],
    ["two-audiences", { ...USER, aud: [OTHER_AUDIENCE, ...USER.aud] }],
    ["no-scope", { ...USER, scope: undefined }],
  ];
  return mandates.flatMap(([slug, claims]) =>
    [0n, 1n].map((half) =>
      accept(
        `signature-accepted-${slug}-${half === 0n ? "low" : "high"}-s`,
        `${say(slug)}: s in the ${half === 0n ? "lower" : "upper"} half`,
        claims,
        { signature: ({ r, s }) => joined({ r, s: s > N / 2n === (half === 1n) ? s : N - s }) },
      ),
    ),
  );
}

export function signatureCases(): VectorCase[] {
  return [...edges(), ...lengths(), ...flippedBits(), ...otherInputs(), ...malleable()];
}
