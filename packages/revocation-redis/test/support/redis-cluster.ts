import { freePort } from "../../../../tools/test-support/free-port.js";
import { eventually } from "./eventually.js";
import { type RedisServer, startRedis } from "./redis-server.js";

const SLOTS = 16_384;

/** Starts a cluster of primaries on loopback, without replicas. End each of them with `stop`. */
export async function startCluster(
  size: number,
  settings: readonly string[] = [],
): Promise<readonly RedisServer[]> {
  const servers = await Promise.all(Array.from({ length: size }, () => startNode(settings)));
  const [first] = servers;
  if (first === undefined) throw new Error("A cluster has one server or more.");
  await Promise.all(servers.map((server, index) => takeSlots(server, index, size)));
  for (const server of servers.slice(1)) await meet(first, server);
  await Promise.all(servers.map((server) => untilOk(server, size)));
  return servers;
}

/** Starts a replica of a cluster's primary. End it with `stop`. */
export async function addReplica(
  primary: RedisServer,
  settings: readonly string[] = [],
): Promise<RedisServer> {
  const replica = await startNode(settings);
  await meet(replica, primary);
  const id = String(await primary.command("CLUSTER", "MYID"));
  const isInStep = async (): Promise<boolean> => {
    await replica.command("CLUSTER", "REPLICATE", id);
    return String(await replica.command("INFO", "replication")).includes("master_link_status:up");
  };
  await eventually(() => isInStep().catch(() => false), "the replica", 20_000);
  // First and last slot, the primary, and the replica as soon as clients are told of it.
  const isKnown = async (): Promise<boolean> => {
    const [range] = (await primary.command("CLUSTER", "SLOTS")) as unknown[][];
    return range?.length === 4;
  };
  await eventually(isKnown, "the replica in the cluster", 20_000);
  return replica;
}

async function startNode(settings: readonly string[]): Promise<RedisServer> {
  // The default, the port plus 10,000, may be out of range.
  const bus = ["--cluster-port", `${await freePort()}`];
  // A cluster of one would not know its own address.
  const address = ["--cluster-announce-ip", "127.0.0.1"];
  return startRedis({ settings: ["--cluster-enabled", "yes", ...bus, ...address, ...settings] });
}

async function takeSlots(server: RedisServer, index: number, size: number): Promise<void> {
  const first = Math.ceil((index * SLOTS) / size);
  const last = Math.ceil(((index + 1) * SLOTS) / size) - 1;
  await server.command("CLUSTER", "ADDSLOTSRANGE", `${first}`, `${last}`);
}

async function meet(server: RedisServer, other: RedisServer): Promise<void> {
  const [, bus] = /@(\d+)/.exec(String(await other.command("CLUSTER", "NODES"))) ?? [];
  await server.command("CLUSTER", "MEET", other.host, `${other.port}`, `${bus}`);
}

async function untilOk(server: RedisServer, size: number): Promise<void> {
  const isOk = async (): Promise<boolean> => {
    const info = String(await server.command("CLUSTER", "INFO"));
    return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${size}`);
  };
  await eventually(isOk, "the cluster", 20_000);
}
