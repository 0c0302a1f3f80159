import { delegatedMandate } from "@caracalai/dev-sts";
import {
  type AuthorizationHeader,
  type AuthResult,
  challengeResponse,
  MandateError,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { Seeded } from "./support/seeded.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const CASES = 2_000;
const TOKEN_ALPHABET = "abcXYZ019-_.";
const HEADER_ALPHABET = 'Bearer bearerBEARER ,\t\u00a0\0\n"\\=:;.ä\ud800abc';

const sts = await stsOfFile();
const verifier = verifierFor(sts, { requiredScopes: ["mcp:tool:call"] });
await verifier.warmup();
const valid = [sts.mint(), sts.mint(delegatedMandate({ scope: "mcp:tool:call" }))];

/** What came in, and whether it is to be let in. */
type Input<T> = readonly [T, boolean];

function mutate(token: string, random: Seeded): string {
  const at = random.below(token.length);
  const length = 1 + random.below(8);
  const [before, after] = [token.slice(0, at), token.slice(at)];
  return random.oneOf([
    () => before + random.oneOf([...TOKEN_ALPHABET]) + after.slice(1),
    () => before + after.slice(length),
    () => before + random.bytes(8) + after,
    () => before + random.text(8, TOKEN_ALPHABET) + after.slice(length),
    () => after + before,
    () => before,
    () => before + after.slice(0, length) + after,
    () => before + after.toUpperCase(),
    () => token.split(".").reverse().join("."),
    () => token,
  ])();
}

function randomToken(random: Seeded): Input<string> {
  const token = random.oneOf([
    () => mutate(random.oneOf(valid), random),
    () => mutate(mutate(random.oneOf(valid), random), random),
    () => random.text(200, TOKEN_ALPHABET),
    () => random.bytes(200),
    () => random.text(20, HEADER_ALPHABET),
  ])();
  return [token, valid.includes(token)];
}

function randomHeader(random: Seeded): Input<AuthorizationHeader> {
  const [token, isValid] = randomToken(random);
  return random.oneOf<() => Input<AuthorizationHeader>>([
    () => [`Bearer ${token}`, isValid],
    () => [`bEARER   ${token}`, isValid],
    () => [[`Bearer ${token}`], isValid],
    () => [[`Bearer ${token}`, `Bearer ${token}`], false],
    () => [token, false],
    () => [`Bearer ${token} `, false],
    () => [`Bearer\t${token}`, false],
    () => [`Basic ${token}`, false],
    () => [random.text(60, HEADER_ALPHABET), false],
    () => [random.bytes(60), false],
    () => [[], false],
  ])();
}

/** An answer, and one that can be said over HTTP. */
function expectAnswer(result: AuthResult, isValid: boolean, input: unknown): void {
  expect(result.ok, JSON.stringify(input)).toBe(isValid);
  if (result.ok) return;
  expect(result.error).toBeInstanceOf(MandateError);
  expect(challengeResponse(result.error).status).toBe(401);
}

describe("whatever comes in, an answer comes out", () => {
  test(`${CASES} tokens`, async () => {
    const random = new Seeded(2);
    for (let count = 0; count < CASES; count += 1) {
      const [token, isValid] = randomToken(random);
      expectAnswer(await verifier.authenticate(token), isValid, token);
    }
  });

  test(`${CASES} headers`, async () => {
    const random = new Seeded(3);
    for (let count = 0; count < CASES; count += 1) {
      const [header, isValid] = randomHeader(random);
      expectAnswer(await verifier.authorization(header), isValid, header);
    }
  });

  const [token = ""] = valid;
  const thrown = () => {
    throw new Error("not to be read");
  };
  const foreign: readonly unknown[] = [
    undefined,
    null,
    true,
    0,
    -1,
    Number.NaN,
    1n,
    Symbol("token"),
    () => token,
    {},
    [],
    [[]],
    [null],
    [Symbol("token")],
    [[`Bearer ${token}`]],
    Object.create(null),
    new Date(0),
    new Map([[0, token]]),
    new Set([`Bearer ${token}`]),
    Buffer.from(`Bearer ${token}`),
    new String(`Bearer ${token}`),
    { length: 1, 0: `Bearer ${token}` },
    { toString: () => `Bearer ${token}` },
    { toString: thrown, valueOf: thrown, [Symbol.iterator]: thrown, [Symbol.toPrimitive]: thrown },
    [{ toString: thrown }],
    new Headers({ authorization: `Bearer ${token}` }),
    Promise.resolve(`Bearer ${token}`),
  ];

  test.each(foreign.map((value) => [value]))("of another type: %o", async (value) => {
    expectAnswer(await verifier.authenticate(value as string), false, typeof value);
    const header = value as AuthorizationHeader;
    expectAnswer(await verifier.authorization(header), false, typeof value);
  });
});
