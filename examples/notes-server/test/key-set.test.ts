import type { DevSts } from "@caracalai/dev-sts";
import { describe, expect, test, vi } from "vitest";
import { Revocations } from "../../demo/src/revocations.js";
import { modes } from "./support/modes.js";
import { callOf, initialize, post, textOf } from "./support/post.js";
import { environmentOf, startServer } from "./support/start-server.js";
import { startSteered } from "./support/start-steered.js";
import { startSts } from "./support/start-sts.js";

const WITHOUT_STATE = { STATELESS: "1" };

test("1,000 concurrent first requests make one key-set request, and all succeed", async () => {
  const sts = await startSts();
  const { url } = await startServer({ ...environmentOf(sts), ...WITHOUT_STATE });
  const tokens = Array.from({ length: 10 }, (_, index) => sts.mint({ sub: `user_${index}` }));
  const calls = Array.from({ length: 1_000 }, async (_, index) => {
    const answer = await post(url, callOf("whoami"), tokens[index % tokens.length]);
    return `${answer.status} ${JSON.parse(textOf(answer) ?? "{}").sub === `user_${index % 10}`}`;
  });
  expect(new Set(await Promise.all(calls))).toStrictEqual(new Set(["200 true"]));
  expect(sts.keySetRequests()).toBe(1);
}, 120_000);

describe.concurrent.each(modes)("$mode: a key", (mode) => {
  const ask = async (url: string, token: string) => (await post(url, initialize, token)).status;

  test("that is new works at once, for one request more, and the old one still does", async () => {
    const sts = await startSts();
    const { url } = await startServer({ ...environmentOf(sts), ...mode.environment });
    const old = sts.mint();
    expect(await ask(url, old)).toBe(200);
    expect(sts.keySetRequests()).toBe(1);

    sts.rotate();
    const statuses = Array.from({ length: 5 }, () => ask(url, sts.mint()));
    expect(await Promise.all([...statuses, ask(url, old)])).toStrictEqual(Array(6).fill(200));
    expect(sts.keySetRequests()).toBe(2);
  });

  test("that is served no more stops working, and the other one does not", async () => {
    const sts = await startSts();
    const url = await startSteered(sts, mode, {
      revocations: new Revocations(),
      keyTtlMs: 100,
    });
    const old = sts.mint();
    const oldKid = kidInUse(sts);
    sts.rotate();
    expect(await ask(url, old)).toBe(200);

    sts.removeKey(oldKid);
    const refused = { status: 401, body: { error: "invalid_token" } };
    const askOld = () => post(url, callOf("whoami"), old);
    await vi.waitFor(async () => expect(await askOld()).toMatchObject(refused), {
      timeout: 15_000,
      interval: 100,
    });
    expect(await ask(url, sts.mint())).toBe(200);
    expect(await askOld()).toMatchObject(refused);
  });
});

describe("several zones", async () => {
  const sts = await startSts({ zones: ["zone_a", "zone_b", "zone_c"] });
  const { url } = await startServer({
    ...environmentOf(sts),
    ...WITHOUT_STATE,
    CARACAL_ZONE_ID: "zone_a, zone_b",
  });
  const call = (token: string) => post(url, callOf("whoami"), token);

  test.each(["zone_a", "zone_b"])("%s is accepted", async (zone) => {
    const answer = await call(sts.mint({}, { zone }));
    expect(JSON.parse(textOf(answer) ?? "{}")).toMatchObject({ zoneId: zone });
  });

  test.each<[what: string, token: () => string, error: string]>([
    [
      "zone_a, signed by the key of zone_b",
      () => sts.mint({ zone_id: "zone_a" }, { zone: "zone_b" }),
      "invalid_token",
    ],
    [
      "zone_a, signed by the key of zone_b in the name of its own",
      () => sts.mint({ zone_id: "zone_a" }, { zone: "zone_b", kid: kidInUse(sts, "zone_a") }),
      "invalid_token",
    ],
    ["a third zone, signed by its key", () => sts.mint({}, { zone: "zone_c" }), "invalid_token"],
    [
      "a third zone, signed by the key of zone_a",
      () => sts.mint({ zone_id: "zone_c" }, { zone: "zone_a" }),
      "invalid_zone",
    ],
    [
      "no zone, signed by the key of zone_b",
      () => sts.mint({ zone_id: undefined }, { zone: "zone_b" }),
      "invalid_zone",
    ],
  ])("%s is refused, and zone_c not asked for its keys", async (_what, token, error) => {
    expect(await call(token())).toMatchObject({ status: 401, body: { error } });
    expect(sts.keySetRequests("zone_c")).toBe(0);
  });
});

test("tokens that name any zones and keys cost one request a zone, and one more", async () => {
  const sts = await startSts({ zones: ["zone_a", "zone_b"] });
  const { url } = await startServer({ ...environmentOf(sts), ...WITHOUT_STATE });
  const strangers = Array.from({ length: 100 }, (_, index) => [
    sts.mint({ zone_id: `zone_${index}` }, { kid: `kid_${index}` }),
    sts.mint({ zone_id: "zone_a" }, { kid: `kid_${index}` }),
  ]).flat();
  const calls = strangers.map(async (token) => (await post(url, callOf("whoami"), token)).status);
  expect(new Set(await Promise.all(calls))).toStrictEqual(new Set([401]));
  expect(sts.keySetRequests("zone_a")).toBe(2);
  expect(sts.keySetRequests()).toBe(3);
});

function kidInUse(sts: DevSts, zone?: string): string {
  return sts.keySet(zone).keys[0]?.kid ?? "";
}
