import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  authenticate,
  ConfigurationError,
  createMandateVerifier,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { storeOf } from "./support/stores.js";
import { AUDIENCE, optionsFor, stsOfFile } from "./support/sts.js";
import { verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const base = optionsFor({ issuer: "https://sts.example.com" });

function create(options: object): unknown {
  return createMandateVerifier(options as MandateVerifierOptions);
}

/** A value of a type that the option does not have. */
const NOT_TEXT: readonly unknown[] = [
  null,
  "",
  5,
  true,
  {},
  " a",
  "a ",
  "a\n",
  "\u0085a",
  "\ud800",
];
const NOT_A_URL: readonly unknown[] = [
  "sts.example.com",
  "https:sts.example.com",
  "https:https://sts.example.com",
  "https://",
  "https://a b",
  "//sts.example.com",
  "ftp://sts.example.com",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "http://sts.example.com",
  "http://localhost.example.com",
  "http://127.0.0.1.example.com",
  "http://128.0.0.1",
  "http://0.0.0.0",
  "http://[::2]",
  "https://user@sts.example.com",
  "https://user:secret@sts.example.com",
  "https://@sts.example.com",
  "https://sts.example.com?a=b",
  "https://sts.example.com?",
  "https://sts.example.com/?",
  "https://sts.example.com#a",
  "https://sts.example.com#",
  "https:\\\\sts.example.com",
  "https://sts.example.com\\a",
  "https://sts.example.com/a b",
  "https://sts.example.com:99999",
  "https://sts.example.com ",
  "https://sts.example.com\n",
];
const NOT_A_LIST: readonly unknown[] = [
  ...[null, "a", 5, {}],
  ...[[""], [null], [undefined], [5], ["a", " b"]],
  Object.assign([], { length: 1 }), // a hole
];
const NOT_A_FLAG: readonly unknown[] = [null, 0, 1, "true", "", {}];
const NOT_A_NUMBER: readonly unknown[] = [null, "5", Number.NaN, Infinity, 1.5, -1, true, 5n, {}];
const NOT_A_FUNCTION: readonly unknown[] = [null, 5, "Date.now", {}, new Date()];

const noop = () => {};

const malformed: Readonly<Record<string, readonly unknown[]>> = {
  issuer: [undefined, ...NOT_TEXT, ...NOT_A_URL],
  audience: [undefined, ["https://mcp.example.com"], ...NOT_TEXT],
  zoneId: [
    ...[undefined, [], ["zone", undefined], Object.assign(["zone"], { length: 2 })],
    ...[...NOT_TEXT, ...NOT_TEXT.map((zone) => [zone])],
  ],
  revocations: [
    undefined,
    null,
    5,
    "redis",
    {},
    { isRevoked: noop },
    { currentDelegationEpoch: noop },
    storeOf({ check: null }),
    storeOf({ check: true }),
  ],
  requiredScopes: [...NOT_A_LIST, ["a b"], ['a"'], ["a\\"], ["ä"], ["a,b", "a\tb"]],
  requiredTargets: NOT_A_LIST,
  requireChainContains: NOT_A_LIST,
  requireAgent: NOT_A_FLAG,
  requireDelegation: NOT_A_FLAG,
  requireChainIntegrity: NOT_A_FLAG,
  maxHopCount: NOT_A_NUMBER,
  clockToleranceSeconds: [...NOT_A_NUMBER, 601],
  maxLifetimeSeconds: [...NOT_A_NUMBER, 0, 82_801],
  revocationTimeoutMs: [...NOT_A_NUMBER, 0, 10_001],
  keyCache: [null, 5, {}, { find: noop }, { warmup: noop }],
  now: NOT_A_FUNCTION,
  onDecision: NOT_A_FUNCTION,
};

describe("what is malformed is refused at construction, by name", () => {
  for (const [name, values] of Object.entries(malformed)) {
    test.each(values.map((value) => [value]))(`${name}: %o`, async (value) => {
      const options = { ...base, [name]: value };
      expect(() => create(options)).toThrow(ConfigurationError);
      expect(() => create(options)).toThrow(new RegExp(`^${name}\\b`));
      await expect(authenticate("", options)).rejects.toThrow(ConfigurationError);
    });
  }

  test.each(["issuer", "audience", "zoneId", "revocations"])("%s missing", (name) => {
    const options = Object.fromEntries(Object.entries(base).filter(([key]) => key !== name));
    expect(() => create(options)).toThrow(new RegExp(`^${name} is missing`));
  });

  test.each(["requireScopes", "zone", "verify", "Issuer", "jwksUri"])("unknown: %s", (name) => {
    expect(() => create({ ...base, [name]: undefined })).toThrow(ConfigurationError);
    expect(() => create({ ...base, [name]: ["a"] })).toThrow(
      new RegExp(`unknown option ${name}; known: issuer, audience, .*maxHopCount`),
    );
  });

  test.each([[undefined], [null], [5], ["options"], [[base]]])("no options: %o", (options) => {
    expect(() => create(options as object)).toThrow("createMandateVerifier: has to be an object");
  });
});

describe("what is well-formed is taken", () => {
  test.each([
    ...[
      "https://sts.example.com",
      "https://sts.example.com/",
      "https://sts.example.com/tenant/a",
      "https://sts.example.com:8443",
      "HTTPS://sts.example.com",
      "https://[2001:db8::1]",
      "http://localhost",
      "http://localhost:8787/sts",
      "http://127.0.0.1",
      "http://127.9.9.9:1/a/b/",
      "http://127.255.255.254",
      "http://[::1]",
      "http://[::1]:8787/sts",
    ].map((issuer) => ({ issuer })),
    { zoneId: "zone" },
    { zoneId: ["zone"] },
    { zoneId: ["zone", "another zone", "zone"] },
    { clockToleranceSeconds: 0 },
    { clockToleranceSeconds: 600 },
    { maxLifetimeSeconds: 1 },
    { maxLifetimeSeconds: 82_800 },
    { revocationTimeoutMs: 1 },
    { revocationTimeoutMs: 10_000 },
    { maxHopCount: 0 },
    { keyCache: undefined, now: undefined, onDecision: undefined },
    { requiredScopes: undefined, maxHopCount: undefined },
  ])("%o", (options) => {
    expect(() => create({ ...base, ...options })).not.toThrow();
  });

  test("a verifier names its issuer and audience as they were given, and is frozen", () => {
    const verifier = createMandateVerifier({ ...base, issuer: "https://STS.example.com:443/" });
    expect(verifier.issuer).toBe("https://STS.example.com:443/");
    expect(verifier.audience).toBe(AUDIENCE);
    expect(Object.isFrozen(verifier)).toBe(true);
  });
});

describe("the caller's object", () => {
  test("is not changed, and may be frozen", () => {
    const options = { ...base, zoneId: ["zone"], requiredScopes: ["b", "a", "b"] };
    const before = structuredClone({ ...options, revocations: 0, keyCache: 0 });
    createMandateVerifier(options);
    expect({ ...options, revocations: 0, keyCache: 0 }).toStrictEqual(before);
    for (const value of [options, options.zoneId, options.requiredScopes]) Object.freeze(value);
    expect(() => createMandateVerifier(options)).not.toThrow();
  });

  test("has no say once it was read", async () => {
    const { issuer, mint } = sts;
    const zoneId = ["zone_dev"];
    const requiredScopes = ["notes:read"];
    const options = { ...optionsFor({ issuer }), zoneId, requiredScopes, maxHopCount: 0 };
    const verifier = createMandateVerifier(options);

    const revokeAll = storeOf({ isRevoked: () => true });
    Object.assign(options, { issuer: "x", audience: "x", maxHopCount: 9, revocations: revokeAll });
    zoneId[0] = "zone_other";
    requiredScopes.pop();

    expect(verdictOf(await verifier.authenticate(mint({ scope: "notes:read" })))).toBe("ok");
    expect(verdictOf(await verifier.authenticate(mint({ scope: "" })))).toBe(
      "insufficient_scope/scope",
    );
    const hops = mint({ scope: "notes:read", hop_count: 1 });
    expect(verdictOf(await verifier.authenticate(hops))).toBe("hop_count_exceeded/hops");
  });

  test("authenticate takes options on the spot, and shares the keys of the process", async () => {
    const { issuer, mint, keySetRequests } = sts;
    const revocations = new InMemoryRevocationStore();
    const options = { issuer, audience: AUDIENCE, zoneId: "zone_dev", revocations };
    const before = keySetRequests();
    expect(verdictOf(await authenticate(mint(), options))).toBe("ok");
    expect(verdictOf(await authenticate(mint({ aud: "x" }), options))).toBe(
      "invalid_token/audience",
    );
    expect(verdictOf(await createMandateVerifier(options).authenticate(mint()))).toBe("ok");
    expect(keySetRequests() - before).toBe(1);
  });
});
