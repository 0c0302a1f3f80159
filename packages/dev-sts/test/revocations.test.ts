import type { RevocationSink } from "@caracalai/dev-sts";
import { expect, test } from "vitest";
import { startSts } from "./support.js";

function recorder(): { readonly sink: RevocationSink; readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const sink: RevocationSink = {
    markRevoked: async (...call) => {
      await new Promise((resolve) => setImmediate(resolve));
      calls.push(call);
    },
    markDelegationEpoch: (...call) => calls.push(call),
  };
  return { sink, calls };
}

test("every store knows of a revocation before revoke resolves", async () => {
  const [one, two] = [recorder(), recorder()];
  const sts = await startSts({ revocations: [one.sink, two.sink] });
  await sts.revoke("session_1");
  expect(one.calls).toStrictEqual([["session_1"]]);
  expect(two.calls).toStrictEqual([["session_1"]]);
});

test("every store knows of a new epoch before bumpEpoch resolves", async () => {
  const { sink, calls } = recorder();
  const sts = await startSts({ zones: ["zone_a", "zone_b"], revocations: sink });
  expect(sts.epoch()).toBe(0);
  expect(await sts.bumpEpoch()).toBe(1);
  expect(await sts.bumpEpoch("zone_b")).toBe(1);
  expect(await sts.bumpEpoch("zone_b")).toBe(2);
  expect([sts.epoch(), sts.epoch("zone_b")]).toStrictEqual([1, 2]);
  expect(calls).toStrictEqual([
    ["zone_a", 1],
    ["zone_b", 1],
    ["zone_b", 2],
  ]);
});

test("a store that fails is not passed over, and the others are told", async () => {
  const { sink, calls } = recorder();
  const broken: RevocationSink = {
    markRevoked: () => {
      throw new Error("full");
    },
    markDelegationEpoch: () => Promise.reject(new Error("full")),
  };
  const sts = await startSts({ revocations: [broken, sink] });
  await expect(sts.revoke("session_1")).rejects.toThrow("full");
  await expect(sts.bumpEpoch()).rejects.toThrow("full");
  expect(calls).toStrictEqual([["session_1"], ["zone_dev", 1]]);
});

test("a revocation that would reach nobody, or names nothing, rejects", async () => {
  const alone = await startSts();
  await expect(alone.revoke("session_1")).rejects.toThrow("nobody to tell");
  const told = await startSts({ revocations: recorder().sink });
  await expect(told.revoke("")).rejects.toThrow(TypeError);
});
