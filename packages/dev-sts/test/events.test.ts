import { createHmac } from "node:crypto";
import {
  createEventVerifier,
  parseDelegationEvent,
  parseRevocationEvent,
} from "@caracalai/revocation-redis";
import { expect, test } from "vitest";
import { recordEvents, signatureKey, startSts } from "./support.js";

const REVOCATIONS = "caracal.sessions.revoke";
const DELEGATIONS = "caracal.delegations.invalidate";
const trust = { signatureKeys: [signatureKey] };

test("a revocation is an event with every field that the wire format asks for", async () => {
  const { events, published } = recordEvents();
  const sts = await startSts({ zones: ["zone_a", "zone_b"], events });
  await sts.revoke("session_1");
  const lines = `${REVOCATIONS}\nreason=revoked\nsession_id=session_1\nzone_id=zone_a\n`;
  const _sig = createHmac("sha256", Buffer.from(signatureKey, "hex")).update(lines).digest("hex");
  const fields = { zone_id: "zone_a", reason: "revoked", session_id: "session_1", _sig };
  expect(published).toStrictEqual([[REVOCATIONS, fields]]);
});

test("a new epoch is an event with every field that the wire format asks for", async () => {
  const { events, published } = recordEvents();
  const sts = await startSts({ zones: ["zone_a", "zone_b"], events });
  await sts.bumpEpoch();
  expect(await sts.bumpEpoch("zone_b")).toBe(1);
  expect(await sts.bumpEpoch("zone_b")).toBe(2);
  const fields = (zone_id: string, epoch: string) => ({
    event: "edge_revoke",
    zone_id,
    epoch,
    edge_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    _sig: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(published).toStrictEqual([
    [DELEGATIONS, fields("zone_a", "1")],
    [DELEGATIONS, fields("zone_b", "1")],
    [DELEGATIONS, fields("zone_b", "2")],
  ]);
});

test("consumers believe and understand both", async () => {
  const { events, published } = recordEvents();
  const sts = await startSts({ zones: ["zone_ä=b"], events });
  await sts.revoke("session=ü");
  await sts.bumpEpoch();
  const [revocation, delegation] = published.map(([, fields]) => Object.entries(fields).flat());
  expect(
    parseRevocationEvent(revocation ?? [], createEventVerifier(REVOCATIONS, trust)),
  ).toStrictEqual([{ kind: "anchor", anchor: "session=ü" }]);
  expect(
    parseDelegationEvent(delegation ?? [], createEventVerifier(DELEGATIONS, trust)),
  ).toStrictEqual([{ kind: "epoch", zoneId: "zone_ä=b", epoch: 1 }]);
});

test("what can't be published rejects, and the stores are told all the same", async () => {
  const marked: string[] = [];
  const sts = await startSts({
    revocations: { markRevoked: (anchor) => marked.push(anchor), markDelegationEpoch: () => {} },
    events: { signatureKey, publish: () => Promise.reject(new Error("away")) },
  });
  await expect(sts.revoke("session_1")).rejects.toThrow("away");
  await expect(sts.bumpEpoch()).rejects.toThrow("away");
  expect(marked).toStrictEqual(["session_1"]);
});

test("an event that consumers would refuse is not published", async () => {
  const { events, published } = recordEvents();
  const sts = await startSts({ events });
  await expect(sts.revoke("a\nsid=b")).rejects.toThrow(TypeError);
  await expect(sts.revoke("a\u0085")).rejects.toThrow("control character");
  expect(published).toStrictEqual([]);
});

test.each<[what: string, wrong: object]>([
  ["no key", { signatureKey: undefined }],
  ["a short key", { signatureKey: "5ec7e7".repeat(10) }],
  ["a key that is not hex", { signatureKey: "5ec7e7-z".repeat(16) }],
  ["half a byte", { signatureKey: `${"5ec7e7".repeat(12)}a` }],
  ["no publish", { publish: undefined }],
  ["an unknown name", { topic: "x" }],
])("%s is a TypeError at the start that does not quote the key", async (_what, wrong) => {
  const events = { ...recordEvents().events, ...wrong };
  const failure = await startSts({ events }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TypeError);
  expect(String(failure)).toMatch(/events/);
  expect(String(failure)).not.toMatch(/5ec7e7|0123456789abcdef/);
});
