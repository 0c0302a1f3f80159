import { setTimeout as sleep } from "node:timers/promises";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { afterEach, beforeEach, expect, test } from "vitest";
import { timedCommand } from "../../src/commands/timed-command.js";
import { ConsumerGroup } from "../../src/consumer/consumer-group.js";
import { captureConsumerOptions } from "../../src/consumer/consumer-options.js";
import { type Connected, connectNodeRedis } from "../support/clients.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
let connected: Connected;
beforeEach(async () => {
  server = await startRedis();
  connected = await connectNodeRedis(server);
});
afterEach(async () => {
  connected.end();
  await server.stop();
});

/** The group as one consumer sees it, where each reply comes so much later. */
async function groupOf(consumerName: string, delayMs = 0): Promise<ConsumerGroup> {
  const { redis } = connected;
  const options = captureConsumerOptions(
    { redis, store: new InMemoryRevocationStore(), consumerName, allowUnsigned: true },
    { stream: "stream", group: "group" },
  );
  const command = timedCommand(async (args) => {
    const reply = await redis.command(args);
    await sleep(delayMs);
    return reply;
  }, 10);
  const group = new ConsumerGroup(command, options);
  await group.ensure(false);
  return group;
}

const add = (): Promise<unknown> => server.command("XADD", "stream", "*", "a", "b");
const ids = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);

test("consumers that hold nothing are removed once they are idle, others never", async () => {
  const group = await groupOf("me");
  const names = async (): Promise<unknown[]> => {
    const consumers = (await server.command("XINFO", "CONSUMERS", "stream", "group")) as string[][];
    return consumers.map((fields) => fields[1]);
  };
  for (const name of ["holds", "idle", "me"]) {
    await server.command("XGROUP", "CREATECONSUMER", "stream", "group", name);
  }
  await add();
  await server.command("XREADGROUP", "GROUP", "group", "holds", "STREAMS", "stream", ">");

  await group.removeIdle(60_000);
  expect(await names()).toEqual(["holds", "idle", "me"]);
  await group.removeIdle(0, "me");
  expect(await names()).toEqual(["holds", "idle"]);
  await group.removeIdle(0, "holds");
  await group.removeIdle(0);
  expect(await names()).toEqual(["holds"]);
});

test("a read is dated when it is sent, not when its reply comes", async () => {
  const group = await groupOf("me", 400);
  const before = performance.now();
  const { sentAt } = await group.readNew();
  expect(performance.now() - before).toBeGreaterThan(390);
  expect(sentAt - before).toBeLessThan(300);
  const asked = performance.now();
  expect((await group.readHeld()).sentAt - asked).toBeLessThan(300);
});

test("what is held is taken over once, by whoever comes first", async () => {
  const [dead, one, other] = [await groupOf("dead"), await groupOf("one"), await groupOf("other")];
  await add();
  await add();
  const { entries } = await dead.readNew();
  const { entries: held } = await one.readHeld();
  expect(held).toEqual(ids(entries).map((id) => ({ id, consumer: "dead", deliveries: 1 })));
  expect(ids(await one.takeOver(held))).toEqual(ids(entries));
  expect(await other.takeOver(held)).toEqual([]);
  expect((await one.readHeld()).entries).toEqual(
    ids(entries).map((id) => ({ id, consumer: "one", deliveries: 2 })),
  );
  await one.acknowledge(ids(entries));
  expect(await other.takeOver((await other.readHeld()).entries)).toEqual([]);
});

test("what was trimmed stays held until it is acknowledged, so that somebody knows of it", async () => {
  const [dead, one] = [await groupOf("dead"), await groupOf("one")];
  await add();
  const [entry] = (await dead.readNew()).entries;
  await server.command("XTRIM", "stream", "MAXLEN", "0");
  const { entries: held } = await one.readHeld();
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await one.takeOver(held)).toEqual([{ id: entry?.id, fields: undefined }]);
  }
  await one.acknowledge(ids(held));
  expect((await one.readHeld()).entries).toEqual([]);
});

test("a loss is taken back only where it is the one that is noted", async () => {
  const group = await groupOf("me");
  await group.noteLoss("history_lost second");
  await group.forgetLoss("history_lost first");
  expect((await group.readNew()).lossNote).toBe("history_lost second");
  await group.forgetLoss("history_lost second");
  expect((await group.readNew()).lossNote).toBeUndefined();
});
