import process from "node:process";
import { createDevSts, type DevStsOptions } from "@caracalai/dev-sts";
import { expect, test, vi } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { fetchKeySet, servedKeySet, startSts } from "./support.js";

const refused = { cause: { code: "ECONNREFUSED" } };

test("paused it refuses connections; resumed it is there again, on the same port", async () => {
  const sts = await startSts({ port: await freePort() });
  const served = await servedKeySet(sts);
  await sts.pause();
  await sts.pause();
  await expect(fetchKeySet(sts.issuer, "zone_dev")).rejects.toMatchObject(refused);
  expect(sts.mint()).toBeTypeOf("string");
  await sts.resume();
  await sts.resume();
  expect(await servedKeySet(sts)).toStrictEqual(served);
  expect(sts.keySetRequests()).toBe(2);
});

test("closed it is gone for good, and closing again does no harm", async () => {
  const sts = await startSts();
  await sts.close();
  await sts.close();
  await expect(fetchKeySet(sts.issuer, "zone_dev")).rejects.toMatchObject(refused);
  await expect(sts.resume()).rejects.toThrow("closed");
});

test("it can be closed while paused", async () => {
  const sts = await startSts();
  await sts.pause();
  await sts.close();
  await expect(sts.resume()).rejects.toThrow("closed");
});

test("a port that is taken rejects", async () => {
  const sts = await startSts();
  const port = Number(new URL(sts.issuer).port);
  await expect(startSts({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test.each(["127.0.0.1", "127.1.2.3", "localhost"])("it listens on %s", async (host) => {
  const sts = await startSts({ host });
  expect(sts.issuer).toMatch(new RegExp(`^http://${host}:\\d+$`));
  expect((await fetchKeySet(sts.issuer, "zone_dev")).status).toBe(200);
});

test("it listens on ::1 where the machine has it", async () => {
  const outcome = await startSts({ host: "::1" }).then(
    (sts) => sts.issuer,
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect(outcome).toMatch(/^http:\/\/\[::1\]:\d+$|^EADDRNOTAVAIL$|^EAFNOSUPPORT$/);
});

test.each([
  "0.0.0.0",
  "::",
  "10.0.0.1",
  "128.0.0.1",
  "127.1",
  "127.0.0.1.example.com",
  "localhost.example.com",
  "::ffff:127.0.0.1",
  "",
])("the host %j is refused before anything listens", async (host) => {
  await expect(startSts({ host })).rejects.toThrow("is not loopback");
});

test.each<[string, object]>([
  ["an unknown option", { prot: 1 }],
  ["a port that is not whole", { port: 1.5 }],
  ["a port out of range", { port: 65_536 }],
  ["no zones", { zones: [] }],
  ["zones that are not a list", { zones: "zone_dev" }],
  ["an empty zone", { zones: [""] }],
  ["a zone twice", { zones: ["a", "a"] }],
  ["an empty audience", { audience: "" }],
  ["a store without markDelegationEpoch", { revocations: { markRevoked: () => {} } }],
  ["an announcer that is not a function", { announce: true }],
])("%s throws a TypeError", async (_what, options) => {
  await expect(startSts(options as DevStsOptions)).rejects.toThrow(TypeError);
});

test("it says that it is for development only, by default on standard error", async () => {
  const lines: string[] = [];
  const sts = await startSts({ announce: (line) => lines.push(line) });
  expect(lines).toStrictEqual([expect.stringMatching(/for development and tests only/)]);
  expect(lines[0]).toContain(sts.issuer);

  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const loud = await createDevSts();
  await loud.close();
  const written = write.mock.calls.map(([text]) => String(text)).join("");
  write.mockRestore();
  expect(written).toMatch(/^[^\n]*for development and tests only[^\n]*\n$/);
});
