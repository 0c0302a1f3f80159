import { type ClaimsPolicy, judgeClaims } from "@caracalai/identity";
import { expect, test } from "vitest";
import { accepted, judge, POLICY, verdictOf } from "./support/judge.js";
import { AUDIENCE, CLAIMS, ISSUER, NOW, type Part, tokenOf, ZONE } from "./support/token.js";

type Claims = Readonly<Record<string, unknown>>;

function judged(claims: Claims, policy: Partial<ClaimsPolicy> = {}, now = NOW): string {
  return verdictOf(judgeClaims({ ...CLAIMS, ...claims }, { ...POLICY, ...policy }, now));
}

test.each<[string, Claims, string]>([
  ["exp now", { exp: NOW }, "expiry"],
  ["exp a second ago", { exp: NOW - 1 }, "expiry"],
  ["exp in the tolerance of the other times", { exp: NOW - 30 }, "expiry"],
  ["exp 0", { exp: 0 }, "expiry"],
  ["exp negative", { exp: -1 }, "claim"],
  ["exp in milliseconds", { exp: (NOW + 900) * 1_000 }, "lifetime"],
  ["iat 61 s ahead", { iat: NOW + 61 }, "time"],
  ["nbf 61 s ahead", { nbf: NOW + 61 }, "time"],
  ["iat after exp", { iat: NOW + 2, exp: NOW + 1 }, "time"],
  ["iat in milliseconds", { iat: NOW * 1_000 }, "time"],
  ["nbf far ahead", { nbf: Number.MAX_SAFE_INTEGER }, "time"],
  ["a lifetime of a second too much", { iat: NOW, exp: NOW + 3_601 }, "lifetime"],
  ["iat 0", { iat: 0 }, "lifetime"],
  ["iat negative", { iat: -1 }, "claim"],
  ["iat as small as it gets", { iat: Number.MIN_SAFE_INTEGER }, "claim"],
  ["nbf negative", { nbf: -1 }, "claim"],
])("refused: %s", (_, claims, check) => {
  expect(judged(claims)).toBe(`invalid_token/${check}`);
});

test.each<[string, Claims]>([
  ["exp in a second", { exp: NOW + 1 }],
  ["iat 60 s ahead", { iat: NOW + 60 }],
  ["nbf 60 s ahead", { nbf: NOW + 60 }],
  ["nbf after exp, in the tolerance", { nbf: NOW + 2, exp: NOW + 1 }],
  ["iat is exp", { iat: NOW + 1, exp: NOW + 1 }],
  ["the longest lifetime", { iat: NOW - 3_599, exp: NOW + 1 }],
])("accepted: %s", (_, claims) => {
  expect(judged(claims)).toBe("accepted");
});

test.each<[string, Claims, Partial<ClaimsPolicy>, string]>([
  ["no tolerance, now", { iat: NOW, nbf: NOW }, { clockToleranceSeconds: 0 }, "accepted"],
  ["no tolerance, iat", { iat: NOW + 1 }, { clockToleranceSeconds: 0 }, "invalid_token/time"],
  ["no tolerance, nbf", { nbf: NOW + 1 }, { clockToleranceSeconds: 0 }, "invalid_token/time"],
  ["a wide tolerance, exp", { exp: NOW }, { clockToleranceSeconds: 9_999 }, "invalid_token/expiry"],
  ["a short lifetime", {}, { maxLifetimeSeconds: 899 }, "invalid_token/lifetime"],
  ["just that lifetime", {}, { maxLifetimeSeconds: 900 }, "accepted"],
])("limits: %s", (_, claims, policy, verdict) => {
  expect(judged(claims, policy)).toBe(verdict);
});

test("a clock that is no number lets nothing through", () => {
  expect(judged({}, {}, Number.NaN)).toBe("invalid_token/expiry");
});

test.each<[unknown, string]>([
  [AUDIENCE, "accepted"],
  [[AUDIENCE], "accepted"],
  [["https://other.example.com", AUDIENCE], "accepted"],
  [[], "audience"],
  [["https://other.example.com"], "audience"],
  [AUDIENCE.slice(0, -1), "audience"],
  [`${AUDIENCE}/`, "audience"],
  [`${AUDIENCE}/notes`, "audience"],
  [AUDIENCE.slice(1), "audience"],
  [AUDIENCE.toUpperCase(), "audience"],
  ["https://MCP.example.com", "audience"],
  [`${AUDIENCE}:443`, "audience"],
  [` ${AUDIENCE}`, "audience"],
  [`${AUDIENCE},https://other.example.com`, "audience"],
  [`${AUDIENCE} https://other.example.com`, "audience"],
  [ISSUER, "audience"],
])("aud %j: %s", (aud, check) => {
  expect(judged({ aud })).toBe(check === "accepted" ? check : `invalid_token/${check}`);
});

test.each([
  `${ISSUER}/`,
  `${ISSUER}:443`,
  `${ISSUER}/zone-1`,
  `${ISSUER}.evil.example`,
  ISSUER.slice(0, -1),
  ISSUER.toUpperCase(),
  "https://STS.example.com",
  ISSUER.replace("https", "http"),
  `${ISSUER}\n`,
  AUDIENCE,
])("iss %j is another issuer", (iss) => {
  expect(judged({ iss })).toBe("invalid_token/issuer");
});

test.each(["session", "gateway", "", "Resource", "resource "])("use %j is refused", (use) => {
  expect(judged({ use })).toBe("invalid_token/use");
});

test.each(["zone-2", "ZONE-1", "zone-1 ", "zone", "__proto__"])("zone %j is another", (zone_id) => {
  expect(judged({ zone_id })).toBe("invalid_zone/zone");
});

test("the refusal of a zone says what clients may match on", () => {
  const refusal = judgeClaims({ ...CLAIMS, zone_id: "zone-2" }, POLICY, NOW);
  expect(refusal).toMatchObject({ description: "Token zone validation failed" });
});

test("each zone of the configuration is accepted, and none besides", () => {
  const zoneIds = ["zone-1", "zone-2"];
  expect(judged({ zone_id: "zone-2" }, { zoneIds })).toBe("accepted");
  expect(judged({ zone_id: "zone-3" }, { zoneIds })).toBe("invalid_zone/zone");
  expect(judged({}, { zoneIds: [] })).toBe("invalid_zone/zone");
});

test.each<[string, Part]>([
  ["empty", ""],
  ["not JSON", "sub"],
  ["an array", [CLAIMS]],
  ["a string", '"sub"'],
  ["null", "null"],
  ["byte-order mark", `\ufeff${JSON.stringify(CLAIMS)}`],
  ["bad UTF-8", Buffer.from('{"sub":"\xff"}', "latin1")],
  ["a lone surrogate as an escape", '{"sub":"\\udc00"}'],
  ["a lone surrogate in a name", '{"\\ud800":1}'],
  ["a member twice", JSON.stringify(CLAIMS).replace("{", '{"sub":"admin",')],
  ["a member twice, escaped", JSON.stringify(CLAIMS).replace("{", '{"\\u0073ub":"admin",')],
  ["an unknown member twice", JSON.stringify(CLAIMS).replace("{", '{"a":1,"a":1,')],
  ["65 levels", `{"a":${"[".repeat(64)}${"]".repeat(64)}}`],
])("payload: %s", async (_, payload) => {
  expect(await judge(tokenOf({ payload }))).toBe("invalid_token/payload");
});

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "%s as a claim has no effect",
  async (name) => {
    const members = `{"${name}":{"sub":"admin","scope":"admin"},`;
    const json = JSON.stringify(CLAIMS).replace("{", members);
    expect(await judge(tokenOf({ payload: json }))).toBe("accepted");
    expect(Object.hasOwn(accepted(judgeClaims(JSON.parse(json), POLICY, NOW)), name)).toBe(false);

    const hidden = `{"${name}":${JSON.stringify(CLAIMS)}}`;
    expect(await judge(tokenOf({ payload: hidden }))).toBe("invalid_token/claim");
  },
);

test("the mandate is the known claims, frozen all the way down", () => {
  const chain = [
    { application_id: "app-0", agent_session_id: "agent-0", delegation_edge_id: "edge-1" },
    { application_id: "app-1" },
  ];
  const known = { ...CLAIMS, delegation_path: ["edge-1"], delegation_chain: chain, hop_count: 1 };
  const payload = {
    ...known,
    admin: true,
    graph_epoch: 7,
    delegation_chain: chain.map((entry) => ({ ...entry, admin: true })),
  };
  const mandate = accepted(judgeClaims(payload, POLICY, NOW));
  expect(mandate).toStrictEqual(known);
  expect(unfrozenIn(mandate)).toEqual([]);
});

test("the payload is left as it was", () => {
  const payload = { ...CLAIMS, target: [AUDIENCE], delegation_path: ["edge-1"] };
  accepted(judgeClaims(payload, POLICY, NOW));
  expect([payload.target, payload.delegation_path].map(Object.isFrozen)).toEqual([false, false]);
});

test("a single audience is a list of one in the mandate", () => {
  const mandate = accepted(judgeClaims({ ...CLAIMS, aud: AUDIENCE }, POLICY, NOW));
  expect(mandate.aud).toEqual([AUDIENCE]);
  expect(mandate.zone_id).toBe(ZONE);
  expect(unfrozenIn(mandate)).toEqual([]);
});

function unfrozenIn(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return [...(Object.isFrozen(value) ? [] : [value]), ...Object.values(value).flatMap(unfrozenIn)];
}
