import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { REVOCATIONS, revoke, revokeAs } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { Link } from "../support/link.js";
import { type RedisServer, type RedisServerOptions, startRedis } from "../support/redis-server.js";
import { type StoreInstance, startInstance } from "./support/instance.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function newServer(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  ends.push(() => server.stop());
  return server;
}

async function newLink(server: RedisServer): Promise<Link> {
  const link = await Link.start(server);
  ends.push(() => link.stop());
  return link;
}

async function newInstance(to: RedisServer | Link): Promise<StoreInstance> {
  const instance = await startInstance(to);
  ends.push(() => instance.stop());
  return instance;
}

/** Until a replica has all that its primary has by now. */
const untilReplicated = async (primary: RedisServer, replica: RedisServer): Promise<void> => {
  await primary.command("SET", "replicated", "yes");
  await eventually(() => replica.command("EXISTS", "replicated"), "replication");
};

const untilRevoked = ({ store }: StoreInstance, session: string): Promise<void> =>
  eventually(() => store.isRevoked(session).catch(() => false), session);

/** Until a read was answered that was sent from now on. */
const untilReadAgain = async ({ consumer }: StoreInstance): Promise<void> => {
  const from = performance.now() + 1;
  const isRead = () => (consumer.health().lastReadAgoMs ?? Infinity) < performance.now() - from;
  await eventually(isRead, "another read");
};

const untilLoss = ({ consumer }: StoreInstance): Promise<void> =>
  eventually(() => consumer.health().loss === "history_lost", "the loss");

describe("a history that was replaced and went on is noticed", () => {
  test("after a failover to a server that was behind", async () => {
    const [old, promoted] = [await newServer(), await newServer()];
    const replication = await newLink(old);
    await promoted.replicate({ host: replication.host, port: replication.port } as RedisServer);
    const link = await newLink(old);
    const instance = await newInstance(link);
    await revoke(old, "first");
    await untilRevoked(instance, "first");
    await sleep(100);
    await untilReplicated(old, promoted);
    replication.silence();
    await revoke(old, "session");
    await untilRevoked(instance, "session");

    await old.kill();
    await promoted.promote();
    await revoke(promoted, "newer");
    link.target = promoted;
    link.cut();
    await untilRevoked(instance, "newer");
    await untilLoss(instance);
    expect(instance.consumer.health().ready).toBe(false);
  });

  test("after a failover to a server with as many entries, added in other ways", async () => {
    const [old, promoted] = [await newServer(), await newServer()];
    const link = await newLink(old);
    const instance = await newInstance(link);
    for (const session of ["a", "b", "c"]) await revoke(old, session);
    await untilRevoked(instance, "c");
    await sleep(300);
    // It has had more entries, and they were trimmed: the counts fit.
    for (let i = 0; i < 6; i += 1) await revoke(promoted, `other-${i}`);
    await promoted.command("XTRIM", REVOCATIONS, "MAXLEN", "3");
    const create = [
      "XGROUP",
      "CREATE",
      REVOCATIONS,
      "resource-revocation",
      "$",
      "ENTRIESREAD",
      "6",
    ];
    await promoted.command(...create);
    link.target = promoted;
    link.cut();
    await untilLoss(instance);
  });

  test("after a failover to a server whose clock was behind, and which gave the same ids again", async () => {
    const [old, promoted] = [await newServer(), await newServer()];
    const link = await newLink(old);
    const instance = await newInstance(link);
    for (const [index, session] of ["kept", "lost"].entries()) {
      await revokeAs(old, `1000-${index}`, session);
    }
    await untilRevoked(instance, "lost");
    await sleep(300);
    for (const [index, session] of ["kept", "other"].entries()) {
      await revokeAs(promoted, `1000-${index}`, session);
    }
    await promoted.command(
      ...["XGROUP", "CREATE", REVOCATIONS, "resource-revocation", "1000-0", "ENTRIESREAD", "1"],
    );
    link.target = promoted;
    link.cut();
    await untilLoss(instance);
  });

  test("and not one that went on, after a failover to a server that had everything", async () => {
    const [old, promoted] = [await newServer(), await newServer()];
    const link = await newLink(old);
    const instance = await newInstance(link);
    await revoke(old, "first");
    await untilRevoked(instance, "first");
    await promoted.replicate(old);
    await sleep(300);
    await promoted.promote();
    await old.kill();
    await revoke(promoted, "newer");
    link.target = promoted;
    link.cut();
    await untilRevoked(instance, "newer");
    await eventually(() => instance.consumer.health().ready, "readiness");
    expect(instance.consumer.health().loss).toBeUndefined();
  });

  test("where it was emptied, and a newcomer has created the group anew", async () => {
    const server = await newServer();
    const link = await newLink(server);
    const instance = await newInstance(link);
    for (const session of ["lost-1", "lost-2"]) await revoke(server, session);
    await untilRevoked(instance, "lost-2");
    link.silence();
    await server.command("FLUSHALL");
    const newcomer = await newInstance(server);
    for (const session of ["new-1", "new-2", "new-3"]) await revoke(server, session);
    await untilRevoked(newcomer, "new-3");
    expect(newcomer.consumer.health().ready).toBe(true);
    link.restore();
    await untilLoss(instance);
    await untilLoss(newcomer);
  });
});

describe("a loss that was noted", () => {
  const NOTE = `{${REVOCATIONS}}.loss.resource-revocation`;

  test("is ended by an operator who deletes the note", async () => {
    const server = await newServer();
    const [one, other] = [await newInstance(server), await newInstance(server)];
    await revoke(server, "lost");
    await untilRevoked(one, "lost");
    await server.command("FLUSHALL");
    await Promise.all([untilLoss(one), untilLoss(other)]);
    await server.command("DEL", NOTE);
    for (const { consumer } of [one, other]) {
      await eventually(() => consumer.health().ready, "readiness");
    }
    expect(await server.command("EXISTS", NOTE)).toBe(0);
  });

  test("is noted again on a server that lacks the note", async () => {
    const [old, promoted] = [await newServer(), await newServer()];
    const replication = await newLink(old);
    await promoted.replicate({ host: replication.host, port: replication.port } as RedisServer);
    const link = await newLink(old);
    const instance = await newInstance(link);
    await sleep(100);
    await untilReplicated(old, promoted);
    replication.silence();
    await old.command("SET", NOTE, "stream_trimmed");
    await eventually(() => instance.consumer.health().loss === "stream_trimmed", "the loss");
    await old.kill();
    await promoted.promote();
    link.target = promoted;
    link.cut();
    await eventually(() => promoted.command("EXISTS", NOTE), "the note");
    expect(instance.consumer.health()).toMatchObject({ loss: "stream_trimmed", ready: false });
  });

  test("is not taken back where another one was noted since", async () => {
    const server = await newServer();
    const lives = { maxMandateLifetimeMs: 1_000 };
    const instance = await startInstance(server, server, lives);
    ends.push(() => instance.stop());
    await server.command("SET", NOTE, "history_lost first");
    await untilLoss(instance);
    await sleep(600);
    await server.command("SET", NOTE, "history_lost second");
    await sleep(700);
    expect(await server.command("GET", NOTE)).toBe("history_lost second");
    await eventually(() => instance.consumer.health().ready, "readiness");
    expect(await server.command("EXISTS", NOTE)).toBe(0);
  });
});

describe("a history that goes on is no loss", () => {
  test("where the last entry was deleted, and where all were trimmed after they were read", async () => {
    const server = await newServer();
    const instance = await newInstance(server);
    const ids: string[] = [];
    for (const session of ["a", "b", "c"]) ids.push(await revoke(server, session));
    await untilRevoked(instance, "c");
    await sleep(300);
    await server.command("XDEL", REVOCATIONS, ids[2] ?? "");
    await sleep(300);
    for (let i = 0; i < 20; i += 1) await revoke(server, `next-${i}`);
    await untilRevoked(instance, "next-19");
    await sleep(300);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    for (let i = 0; i < 20; i += 1) await revoke(server, `later-${i}`);
    await untilRevoked(instance, "later-19");
    await sleep(300);
    expect(instance.consumer.health()).toMatchObject({ loss: undefined, ready: true });
  });

  test("where a server was restarted with its data, also with a stream that was trimmed to nothing", async () => {
    const server = await newServer({ persistent: true });
    const instance = await newInstance(server);
    for (const session of ["a", "b"]) await revoke(server, session);
    await untilRevoked(instance, "b");
    await eventually(() => instance.consumer.health().pending === 0, "the acknowledgements");
    await server.restart();
    await revoke(server, "c");
    await untilRevoked(instance, "c");
    await eventually(() => instance.consumer.health().ready, "readiness");
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    // A server that comes back without an entry that was seen last could be another one.
    await untilReadAgain(instance);
    await server.restart();
    await eventually(() => instance.consumer.health().ready, "readiness");
    expect(instance.consumer.health().loss).toBeUndefined();
  });
});
