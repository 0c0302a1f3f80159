import type { DevSts, MintClaims, MintOptions } from "@caracalai/dev-sts";
import { createKeyCache, verifyMandate } from "@caracalai/identity";
import { expect, onTestFinished, test, vi } from "vitest";
import { POLICY, verdictOf } from "./support/judge.js";
import { currentKid, startSts } from "./support/start-sts.js";
import { encode } from "./support/token.js";

/** An STS with three zones and a server that is configured for two of them. */
async function setUp(zoneIds: readonly string[] = ["zone-1", "zone-2"]) {
  const sts = await startSts({ zones: ["zone-1", "zone-2", "zone-3"] });
  const keys = createKeyCache({ unknownKeyCooldownMs: 600_000, retryMs: 600_000 });
  const policy = { ...POLICY, issuer: sts.issuer, zoneIds };
  const now = () => Math.floor(Date.now() / 1_000);
  return {
    sts,
    judge: async (token: string) => verdictOf(await verifyMandate(token, policy, keys, now)),
    requests: () => ["zone-1", "zone-2", "zone-3"].map((zone) => sts.keySetRequests(zone)),
  };
}

test("a token that names a configured zone is looked up there, and only there", async () => {
  const { sts, judge, requests } = await setUp();
  expect(await judge(sts.mint({}, { zone: "zone-2" }))).toBe("accepted");
  expect(requests()).toEqual([0, 1, 0]);
  expect(await judge(sts.mint({}, { zone: "zone-1" }))).toBe("accepted");
  expect(requests()).toEqual([1, 1, 0]);
});

test.each<[string, (sts: DevSts) => readonly [MintClaims, MintOptions], string, readonly number[]]>(
  [
    [
      "names a zone and has the key of another",
      () => [{ zone_id: "zone-1" }, { zone: "zone-2" }],
      "invalid_token/key",
      [2, 0, 0],
    ],
    [
      "names a zone, its key id, and is signed with the key of another",
      (sts) => [{ zone_id: "zone-1" }, { zone: "zone-2", kid: currentKid(sts, "zone-1") }],
      "invalid_token/signature",
      [1, 0, 0],
    ],
    [
      "belongs to a zone that is not configured",
      () => [{}, { zone: "zone-3" }],
      "invalid_token/key",
      [1, 1, 0],
    ],
    [
      "names a zone that is not configured and has a configured one's key",
      () => [{ zone_id: "zone-3" }, { zone: "zone-2" }],
      "invalid_zone/zone",
      [1, 1, 0],
    ],
    [
      "names no zone",
      () => [{ zone_id: undefined }, { zone: "zone-1" }],
      "invalid_zone/zone",
      [1, 1, 0],
    ],
    [
      "has a zone that is no text",
      () => [{ zone_id: ["zone-1"] }, {}],
      "invalid_token/claim",
      [1, 1, 0],
    ],
  ],
)("a token that %s", async (_, mintedFrom, verdict, requests) => {
  const server = await setUp();
  const token = server.sts.mint(...mintedFrom(server.sts));
  for (let time = 0; time < 3; time += 1) expect(await server.judge(token)).toBe(verdict);
  expect(server.requests()).toEqual(requests);
});

test("where the keys of one zone are in the cache, those of the others are waited for", async () => {
  const { sts, judge, requests } = await setUp();
  expect(await judge(sts.mint({}, { zone: "zone-2" }))).toBe("accepted");
  const token = sts.mint({ zone_id: undefined }, { zone: "zone-2" });
  expect(await judge(token)).toBe("invalid_zone/zone");
  expect(await judge(token)).toBe("invalid_zone/zone");
  expect(requests()).toEqual([1, 1, 0]);
});

test("with one zone, that is where the key is looked for, whatever the token names", async () => {
  const { sts, judge, requests } = await setUp(["zone-1"]);
  expect(await judge(sts.mint({ zone_id: "zone-3" }, { zone: "zone-1" }))).toBe(
    "invalid_zone/zone",
  );
  expect(await judge(sts.mint({}, { zone: "zone-3" }))).toBe("invalid_token/key");
  expect(requests()).toEqual([2, 0, 0]);
});

test("10,000 tokens that name 10,000 zones cause no request beyond the first of each zone", async () => {
  const { sts, judge, requests } = await setUp();
  const [header, , signature] = sts.mint({}, { kid: "unknown" }).split(".");
  const verdicts = await Promise.all(
    Array.from({ length: 10_000 }, (_, index) =>
      judge(`${header}.${encode({ zone_id: `zone-${index + 4}` })}.${signature}`),
    ),
  );
  expect([...new Set(verdicts)]).toEqual(["invalid_token/key"]);
  expect(sts.keySetRequests()).toBe(2);
  expect(requests()).toEqual([1, 1, 0]);
});

test("a payload that can't be read names no zone", async () => {
  const { sts, judge } = await setUp();
  const [header, , signature] = sts.mint({}, { zone: "zone-2" }).split(".");
  for (const payload of ["[]", "\xff", '{"zone_id":"zone-1","zone_id":"zone-2"}']) {
    const token = `${header}.${encode(Buffer.from(payload, "latin1"))}.${signature}`;
    expect(await judge(token)).toBe("invalid_token/signature");
  }
});

test("one zone whose keys can't be fetched leaves open whether a key exists", async () => {
  const { sts, judge } = await setUp(["zone-1", "zone-9"]);
  const unavailable = "verification_unavailable/jwks_unavailable";
  expect(await judge(sts.mint({ zone_id: undefined }, { zone: "zone-2" }))).toBe(unavailable);
  expect(await judge(sts.mint({}, { zone: "zone-1" }))).toBe("accepted");
  expect(await judge(sts.mint({ zone_id: undefined }, { zone: "zone-1" }))).toBe(
    "invalid_zone/zone",
  );
});

test("an outage is an outage, not a bad token", async () => {
  const { sts, judge } = await setUp(["zone-1"]);
  const token = sts.mint({}, { zone: "zone-1" });
  const expired = sts.mint({ exp: 1 }, { zone: "zone-1" });
  await sts.pause();
  expect(await judge(token)).toBe("verification_unavailable/jwks_unavailable");
  expect(await judge(expired)).toBe("verification_unavailable/jwks_unavailable");
});

test("of several zones, the payload tells which, and is parsed no second time", async () => {
  const { sts, judge } = await setUp();
  const mint = (sub: string) => sts.mint({ sub }, { zone: "zone-2" });
  expect(await judge(mint("first"))).toBe("accepted");
  const parse = vi.spyOn(JSON, "parse");
  onTestFinished(() => {
    parse.mockRestore();
  });
  expect(await judge(mint("second"))).toBe("accepted");
  expect(parse.mock.calls.filter(([text]) => text.includes('"second"'))).toHaveLength(1);
});
