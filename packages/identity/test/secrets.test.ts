import { inspect } from "node:util";
import {
  judgeAuthority,
  judgeClaims,
  MandateError,
  refuseToken,
  unavailable,
  verifyMandate,
} from "@caracalai/identity";
import { expect, test } from "vitest";
import { NEEDS_NOTHING } from "./support/authority.js";
import { accepted, POLICY } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { createTestKey } from "./support/test-key.js";
import { CLAIMS, encode, HEADER, KEY, NOW, type Part, tokenOf, without } from "./support/token.js";

const MARKER = "Zx9PlantedSecretQw7";
const MARKER_BYTES = Buffer.from(MARKER.padEnd(64, "0"));

/** Everything that a log or an answer could hold of an error. */
function textsOf(error: MandateError): string {
  const parts = [error.message, String(error), error.stack, JSON.stringify(error)];
  return [...parts, inspect(error, { depth: 9, showHidden: true }), inspect(error.cause)].join(
    "\n",
  );
}

function expectNoTrace(error: unknown, token: string): void {
  if (!(error instanceof MandateError)) throw new Error("It should have been refused");
  const texts = textsOf(error);
  expect(texts).not.toContain(MARKER);
  const leaked = Array.from({ length: Math.max(1, token.length - 15) }, (_, start) =>
    token.slice(start, start + 16),
  ).find((part) => texts.includes(part));
  expect(leaked).toBeUndefined();
}

const withHeader = (header: Part) => tokenOf({ header });
const withPayload = (payload: Part) => tokenOf({ payload });
const SIGNED_BY_OTHER = { key: createTestKey().privateKey };

test.each<[string, string]>([
  ["size", MARKER.repeat(1_000)],
  ["one part", MARKER],
  ["four parts", `${tokenOf()}.${MARKER}`],
  ["encoding", `${encode(HEADER)}.${MARKER}=.${MARKER}`],
  ["a header that is not JSON", withHeader(MARKER)],
  ["a header with a member twice", withHeader(`{"${MARKER}":1,"${MARKER}":2}`)],
  ["alg", withHeader({ ...HEADER, alg: MARKER })],
  ["typ", withHeader({ ...HEADER, typ: MARKER })],
  ["crit", withHeader({ ...HEADER, crit: [MARKER], [MARKER]: MARKER })],
  ["cty", withHeader({ ...HEADER, cty: MARKER })],
  ["kid", withHeader({ ...HEADER, kid: MARKER })],
  ["kid with a line feed", withHeader({ ...HEADER, kid: `${MARKER}\n` })],
  ["kid as an object", withHeader({ ...HEADER, kid: { [MARKER]: MARKER } })],
  ["a short signature", `${encode(HEADER)}.${encode(CLAIMS)}.${encode(MARKER)}`],
  ["a signature", `${encode(HEADER)}.${encode(CLAIMS)}.${encode(MARKER_BYTES)}`],
  ["a forged token", tokenOf({ ...SIGNED_BY_OTHER, payload: { ...CLAIMS, sub: MARKER } })],
  ["a payload that is not JSON", withPayload(MARKER)],
  ["a payload with a member twice", withPayload(`{"${MARKER}":1,"${MARKER}":2}`)],
  ...Object.keys(CLAIMS).flatMap((name): [string, string][] => [
    [`claim ${name} of a wrong type`, withPayload({ ...CLAIMS, [name]: { [MARKER]: [MARKER] } })],
  ]),
  ...["iss", "aud", "use", "zone_id", "sub_type"].map((name): [string, string] => [
    `claim ${name} of a wrong value`,
    withPayload({ ...CLAIMS, [name]: MARKER }),
  ]),
  ["expiry", withPayload({ ...marked(), exp: NOW })],
  ["time", withPayload({ ...marked(), nbf: NOW + 61 })],
  ["lifetime", withPayload({ ...marked(), iat: 1 })],
  ["zone missing", withPayload(without(marked(), "zone_id"))],
])("no trace of the caller: %s", async (_, token) => {
  expectNoTrace(await verifyMandate(token, POLICY, keysOf(KEY), () => NOW), token);
});

test.each([
  { requiredScopes: ["admin"] },
  { requiredTargets: ["target-9"] },
  { requireAgent: true },
  { requireDelegation: true },
  { requireChainContains: ["app-9"] },
  { requireChainIntegrity: true },
  { maxHopCount: 0 },
])("no trace of the mandate: %j", (policy) => {
  const claims = { ...marked(), delegation_path: [MARKER], delegation_chain: [chainEntry()] };
  const mandate = accepted(judgeClaims(claims, POLICY, NOW));
  expectNoTrace(judgeAuthority(mandate, { ...NEEDS_NOTHING, ...policy }), encode(claims));
});

test("an outage says nothing of the token", async () => {
  const token = withPayload(marked());
  const keys = { ...keysOf(), find: () => "unavailable" as const };
  expectNoTrace(await verifyMandate(token, POLICY, keys, () => NOW), token);
});

test("a refusal is made of constants", () => {
  expect(refuseToken("claim").toJSON()).toEqual({
    code: "invalid_token",
    check: "claim",
    description: "Token validation failed",
    hint: expect.any(String),
    requiredScopes: undefined,
  });
  for (const check of ["jwks_unavailable", "revocations_unavailable"] as const) {
    expect(unavailable(check)).toMatchObject({ code: "verification_unavailable", check });
  }
  expect(unavailable("jwks_unavailable").hint).not.toBe(
    unavailable("revocations_unavailable").hint,
  );
});

/** Right claims, with the marker wherever one can be. */
function marked() {
  const ids = { sub: MARKER, client_id: MARKER, jti: MARKER, sid: MARKER, root_sid: MARKER };
  return { ...CLAIMS, ...ids, scope: MARKER, target: [MARKER], [MARKER]: MARKER };
}

function chainEntry() {
  return { application_id: MARKER, [MARKER]: MARKER };
}
