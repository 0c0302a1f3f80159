import { setTimeout as sleep } from "node:timers/promises";
import type { RevocationStore } from "@caracalai/revocation";
import {
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
  type RevocationSink,
} from "@caracalai/revocation-redis";
import type { AuthResult, MandateVerifier } from "@caracalai/transport-mcp";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { type Address, Link } from "../../packages/revocation-redis/test/support/link.js";
import type { Answer, FinalState, InstanceLife } from "../history/history.js";
import type { InstancePlan } from "../plan/plan.js";
import type { Variation } from "../variants/variation.js";
import { type Client, connectClient } from "./connect-client.js";
import { KillSwitch, type Line } from "./kill-switch.js";
import type { Recorder } from "./recorder.js";
import type { Target, Targets } from "./targets.js";

/** What an instance is made of, beside its plan. */
export interface InstanceSetting {
  readonly name: string;
  readonly server: Address;
  readonly targets: Targets;
  readonly recorder: Recorder;
  readonly variation: Variation;
  /** Whether Redis is known to be new, so that the replica may mark it at once. */
  readonly isFirst: boolean;
}

type Replica = RedisRevocationReplica;
type Consumer = RedisRevocationConsumer | RedisDelegationConsumer;
/** When the store was asked, and whether the instance was ready. */
type Asked = Pick<Answer, "askedAt" | "readyBefore" | "isLagging">;

const SECOND_MS = 1_000;

/**
 * One instance as it is deployed: a verifier over the shared store or a replica, and a consumer of
 * each stream, on links of its own.
 */
export class Instance {
  readonly name: string;
  readonly links: Readonly<Record<Line, Link>>;
  readonly killSwitch: KillSwitch;
  readonly #life: InstanceLife & { diedAt?: number | undefined };
  readonly #setting: InstanceSetting;
  readonly #clients: readonly Client[];
  readonly #replica: Replica | undefined;
  readonly #consumers: readonly Consumer[];
  readonly #asked = new Map<number, Asked | undefined>();
  #verifier: MandateVerifier | undefined;
  readonly #store: RevocationStore;

  private constructor(setting: InstanceSetting, plan: InstancePlan, links: Record<Line, Link>) {
    const { name, variation, recorder } = setting;
    this.name = name;
    this.links = links;
    this.#setting = setting;
    const { kind, maxStalenessMs } = plan;
    const boundMs = kind === "store" ? SECOND_MS : Math.max(SECOND_MS, maxStalenessMs);
    this.#life = { name, kind, boundMs, bornAt: performance.now() };
    recorder.instances.push(this.#life);

    const clients = {
      shared: connectClient(plan.client, links.shared),
      own: connectClient(plan.client, links.own),
    };
    this.#clients = Object.values(clients);
    const accesses = { shared: clients.shared.redis, own: clients.own.redis };
    this.killSwitch = new KillSwitch(accesses, () => this.#die());
    const redis = this.killSwitch.access;
    const shared = new RedisRevocationStore({ redis });
    if (kind === "replica") {
      this.#replica = new RedisRevocationReplica({
        redis,
        signatureKeys: [KEY],
        maxStalenessMs,
        settleMs: plan.settleMs,
        startTimeoutMs: 3_600_000,
        ...(setting.isFirst ? { adoptUnmarkedAfterMs: 0 } : {}),
        ...variation.replicaOptions,
      });
      this.#replica.subscribe((event) =>
        recorder.know("replica", name, setting.targets.revokedBy(event)),
      );
    }
    this.#store = variation.store(this.#replica ?? shared, redis);
    const store = this.#recording(variation.sink(shared));
    const options = {
      redis,
      store,
      signatureKeys: [KEY],
      startTimeoutMs: 3_600_000,
      stopTimeoutMs: 500,
      ...variation.consumerOptions,
    };
    this.#consumers = [new RedisRevocationConsumer(options), new RedisDelegationConsumer(options)];
  }

  /** Starts it; whether it is ready is for `ready` to say. */
  static async start(setting: InstanceSetting, plan: InstancePlan): Promise<Instance> {
    const [shared, own] = [await Link.start(setting.server), await Link.start(setting.server)];
    const instance = new Instance(setting, plan, { shared, own });
    instance.#verifier = await setting.targets.verifier(instance.#watched());
    for (const part of [instance.#replica, ...instance.#consumers]) {
      part?.start().catch(() => {});
    }
    return instance;
  }

  /** Whether it may be sent requests. Of a replica, its own word; else that of the consumers. */
  get ready(): boolean {
    return this.#replica?.ready ?? this.#consumers.every((consumer) => consumer.health().ready);
  }

  get isDead(): boolean {
    return this.#life.diedAt !== undefined;
  }

  /** Has a mandate judged, and takes down the answer. Does nothing while it is being judged already. */
  async ask({ id: target, token }: Target): Promise<Answer | undefined> {
    if (this.#verifier === undefined || this.#asked.has(target)) return undefined;
    this.#asked.set(target, undefined);
    const result = await this.#verifier.authenticate(token);
    const asked = this.#asked.get(target) ?? {
      askedAt: performance.now(),
      readyBefore: this.ready,
    };
    this.#asked.delete(target);
    if (this.isDead) return undefined;
    const [answeredAt, readyAfter] = [performance.now(), this.ready];
    const seen = { ...asked, answeredAt, readyAfter, ...verdictOf(result) };
    const answer = { instance: this.name, target, ...seen };
    this.#setting.recorder.answers.push(answer);
    return answer;
  }

  final(): FinalState {
    const consumers = this.#consumers.map((consumer) => consumer.health());
    return {
      instance: this.name,
      ready: this.ready,
      knowsOfLoss: consumers.some(({ loss }) => loss !== undefined),
      lacksHistory: this.#replica?.health().problem === "unknown_history",
      lacksEvents: this.#replica?.health().problem === "events_lost",
      health: { replica: this.#replica?.health(), consumers },
    };
  }

  async stop(): Promise<void> {
    const parts = [this.#replica, ...this.#consumers];
    await Promise.race([Promise.all(parts.map((part) => part?.stop())), sleep(2_000)]);
    this.killSwitch.kill();
    await Promise.all(Object.values(this.links).map((link) => link.stop()));
  }

  #die(): void {
    this.#life.diedAt = performance.now();
    for (const client of this.#clients) client.end();
    for (const link of Object.values(this.links)) link.cut();
  }

  /** Notes when the verifier asks, and whether the instance is ready in that moment. */
  #watched(): RevocationStore {
    const store = this.#store;
    return {
      isRevoked: (anchor) => store.isRevoked(anchor),
      currentDelegationEpoch: (zone) => store.currentDelegationEpoch(zone),
      markRevoked: (anchor, ttlMs) => store.markRevoked(anchor, ttlMs),
      markDelegationEpoch: (zone, epoch, ttlMs) => store.markDelegationEpoch(zone, epoch, ttlMs),
      check: (query) => {
        const target = this.#setting.targets.ofAnchors(query.anchors);
        const isLagging = this.#replica?.health().problem === "lagging";
        const asked = { askedAt: performance.now(), readyBefore: this.ready, isLagging };
        if (target !== undefined) this.#asked.set(target, asked);
        if (store.check === undefined) throw new Error("A store that is tried checks in one go.");
        return store.check(query);
      },
    };
  }

  /** Notes what the consumers are given, and what was confirmed to be written of it. */
  #recording(sink: RevocationSink): RevocationSink {
    const { recorder, targets } = this.#setting;
    const note = async (target: number | undefined, write: () => unknown): Promise<void> => {
      if (target !== undefined && recorder.isUnread(target)) this.killSwitch.noteGiven();
      recorder.know("read", this.name, target);
      await write();
      recorder.know("written", this.name, target);
    };
    return {
      markRevoked: (anchor, ttlMs) =>
        note(targets.revokedBy({ kind: "anchor", anchor }), () => sink.markRevoked(anchor, ttlMs)),
      markDelegationEpoch: (zoneId, epoch, ttlMs) =>
        note(targets.revokedBy({ kind: "epoch", zoneId, epoch }), () =>
          sink.markDelegationEpoch(zoneId, epoch, ttlMs),
        ),
      over: (redis, connection) => this.#recording(sink.over?.(redis, connection) ?? sink),
    };
  }
}

function verdictOf(result: AuthResult): Pick<Answer, "verdict" | "detail"> {
  if (result.ok) return { verdict: "accepted" };
  const { code, check } = result.error;
  if (code === "session_revoked" || code === "delegation_stale") return { verdict: "refused" };
  if (check === "revocations_unavailable") return { verdict: "unavailable" };
  return { verdict: "other", detail: `${code}/${check}` };
}
