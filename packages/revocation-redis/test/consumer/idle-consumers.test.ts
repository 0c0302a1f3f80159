import { InMemoryRevocationStore } from "@caracalai/revocation";
import { expect, test } from "vitest";
import { timedCommand } from "../../src/commands/timed-command.js";
import { ConsumerGroup } from "../../src/consumer/consumer-group.js";
import { captureConsumerOptions } from "../../src/consumer/consumer-options.js";
import { connectNodeRedis } from "../support/clients.js";
import { startRedis } from "../support/redis-server.js";

test("consumers that hold nothing are removed once they are idle, others never", async () => {
  const server = await startRedis();
  const { redis, end } = await connectNodeRedis(server);
  const options = captureConsumerOptions(
    { redis, store: new InMemoryRevocationStore(), consumerName: "me" },
    { stream: "stream", group: "group" },
  );
  const group = new ConsumerGroup(timedCommand(redis.command, 10), options);
  const names = async (): Promise<unknown[]> => {
    const consumers = (await server.command("XINFO", "CONSUMERS", "stream", "group")) as string[][];
    return consumers.map((fields) => fields[1]);
  };

  await group.ensure(false);
  for (const name of ["holds", "idle", "me"]) {
    await server.command("XGROUP", "CREATECONSUMER", "stream", "group", name);
  }
  await server.command("XADD", "stream", "*", "a", "b");
  await server.command("XREADGROUP", "GROUP", "group", "holds", "STREAMS", "stream", ">");

  await group.removeIdle(60_000);
  expect(await names()).toEqual(["holds", "idle", "me"]);
  await group.removeIdle(0, "me");
  expect(await names()).toEqual(["holds", "idle"]);
  await group.removeIdle(0, "holds");
  await group.removeIdle(0);
  expect(await names()).toEqual(["holds"]);

  end();
  await server.stop();
});
