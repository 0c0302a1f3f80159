import { inspect } from "node:util";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { type AuthResult, challenge } from "@caracalai/transport-mcp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { foundIn, headersAround, MARKER, marked, refusedMandates } from "./support/secrets.js";
import { AUDIENCE, stsOfFile, verifierFor } from "./support/sts.js";
import { errorOf, principalOf } from "./support/verdict.js";

const sts = await stsOfFile();

/** Everything that an answer says anywhere. */
function textsOf(result: AuthResult): string {
  const error = errorOf(result);
  return [
    JSON.stringify(result),
    JSON.stringify(error),
    JSON.stringify(challenge(error, { resourceMetadata: `${AUDIENCE}/metadata` })),
    String(error),
    error.message,
    error.description,
    error.hint,
    error.stack,
    inspect(result, { depth: null, showHidden: true }),
  ].join("\n");
}

const consoleMethods = ["log", "info", "warn", "error", "debug", "trace"] as const;

beforeEach(() => {
  for (const method of consoleMethods) vi.spyOn(console, method).mockImplementation(() => {});
});

afterEach(() => {
  for (const method of consoleMethods) expect(console[method]).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

describe("nothing of a caller is in what is answered", () => {
  test.each(refusedMandates)("$name", async ({ claims, mint, options }) => {
    const { authenticate, authorization } = verifierFor(sts, options);
    const token = sts.mint({ ...marked, ...claims }, mint);
    for (const result of [await authenticate(token), await authorization(`Bearer ${token}`)]) {
      expect(foundIn(textsOf(result), token)).toEqual([]);
    }
  });

  const token = sts.mint(marked);
  test.each(headersAround(token))("as a header: %s", async (_name, value) => {
    const result = await verifierFor(sts).authorization(value);
    expect(foundIn(textsOf(result), token)).toEqual([]);
  });

  test("a principal is without its token", async () => {
    const result = await verifierFor(sts).authenticate(token);
    const principal = principalOf(result);
    const text = `${JSON.stringify(principal)}${inspect(result, { depth: null, showHidden: true })}`;
    expect(foundIn(text, token).filter((part) => part !== MARKER)).toEqual([]);
  });

  test("a recheck has no token to tell, and tells no claim", async () => {
    const revocations = new InMemoryRevocationStore();
    const { authenticate, recheck } = verifierFor(sts, { revocations });
    const principal = principalOf(await authenticate(token));
    revocations.markRevoked(`edge-${MARKER}`);
    for (const route of [{}, { requiredScopes: ["a"] }, { maxHopCount: 0 }]) {
      expect(foundIn(textsOf(await recheck(principal, route)), token)).toEqual([]);
    }
  });
});

test("the search finds what it looks for", () => {
  const token = sts.mint();
  expect(foundIn(`before ${token.slice(40, 60)} after`, token)).toHaveLength(5);
  expect(foundIn(MARKER, token)).toEqual([MARKER]);
});
