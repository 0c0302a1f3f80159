import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts, type DevSts, delegatedMandate } from "@caracalai/dev-sts";
import type { RevocationEvent, RevocationStore } from "@caracalai/revocation";
import {
  createKeyCache,
  createMandateVerifier,
  type MandateVerifier,
} from "@caracalai/transport-mcp";
import { DELEGATIONS, REVOCATIONS } from "../../packages/revocation-redis/test/support/events.js";

/** A mandate, and the event that revokes it. */
export interface Target {
  readonly id: number;
  readonly token: string;
  readonly stream: string;
  readonly fields: Readonly<Record<string, string>>;
}

const AUDIENCE = "https://mcp.example.com";
const ZONES: readonly string[] = Array.from({ length: 24 }, (_, at) => `zone_${at}`);
/** Every so many targets, one is revoked by an epoch. */
const EPOCH_EVERY = 8;
/** Each event names one of a mandate's anchors, in one of the ways there are. */
const FIELDS = [
  "session_id",
  "sid",
  "root_sid",
  "agent_session_id",
  "delegation_edge_id",
  "edge_id",
];
/** Of mandates that are to be revoked by an anchor only. */
const LATEST_EPOCH = 1_000_000;

/**
 * Mandates of a development STS, made once for all trials of a process: each trial has a Redis of its
 * own. Some are revoked by the epoch of a zone of their own, the others by an anchor.
 */
export class Targets {
  readonly all: readonly Target[];
  readonly #sts: DevSts;
  readonly #keyCache = createKeyCache();
  /** At which mandates are judged, whatever becomes of the clock. */
  readonly #now = Date.now();
  readonly #seconds = Math.floor(this.#now / 1_000);
  readonly #byAnchor = new Map<string, number>();
  readonly #byZone = new Map<string, number>();

  private constructor(sts: DevSts) {
    this.#sts = sts;
    this.all = Array.from({ length: ZONES.length * EPOCH_EVERY }, (_, id) =>
      id % EPOCH_EVERY === EPOCH_EVERY - 1 ? this.#staleByEpoch(id) : this.#revokedByAnchor(id),
    );
  }

  static async create(): Promise<Targets> {
    return new Targets(
      await createDevSts({ zones: ZONES, audience: AUDIENCE, announce: () => {} }),
    );
  }

  async verifier(revocations: RevocationStore): Promise<MandateVerifier> {
    const verifier = createMandateVerifier({
      issuer: this.#sts.issuer,
      audience: AUDIENCE,
      zoneId: ZONES,
      keyCache: this.#keyCache,
      now: () => this.#now,
      revocations,
    });
    await verifier.warmup();
    return verifier;
  }

  /** Which target an entry of a store is about. */
  revokedBy(event: RevocationEvent): number | undefined {
    return event.kind === "anchor"
      ? this.#byAnchor.get(event.anchor)
      : this.#byZone.get(event.zoneId);
  }

  ofAnchors(anchors: readonly string[]): number | undefined {
    return this.#byAnchor.get(anchors[0] ?? "");
  }

  async close(): Promise<void> {
    await this.#sts.close();
  }

  #revokedByAnchor(id: number): Target {
    const field = FIELDS[id % FIELDS.length] ?? "sid";
    const claim = { session_id: "sid", edge_id: "delegation_edge_id" }[field] ?? field;
    const claims: Record<string, unknown> = { sid: randomUUID(), root_sid: randomUUID() };
    claims.agent_session_id = randomUUID();
    if (claim === "delegation_edge_id") claims.delegation_edge_id = randomUUID();
    const anchor = String(claims[claim]);
    for (const known of [claims.sid, anchor]) this.#byAnchor.set(String(known), id);
    const epoch = { delegation_graph_epoch: LATEST_EPOCH };
    const build = claim === "delegation_edge_id" ? delegatedMandate : agentMandate;
    const token = this.#sts.mint({ ...build(claims), ...epoch }, { now: this.#seconds });
    const fields = { zone_id: "zone_0", reason: "test", [field]: anchor };
    return { id, token, stream: REVOCATIONS, fields };
  }

  #staleByEpoch(id: number): Target {
    const zone = ZONES[Math.floor(id / EPOCH_EVERY)] ?? "";
    const sid = randomUUID();
    this.#byAnchor.set(sid, id);
    this.#byZone.set(zone, id);
    const claims = { sid, root_sid: sid, delegation_graph_epoch: 3 };
    const token = this.#sts.mint(delegatedMandate(claims), { zone, now: this.#seconds });
    const fields = { event: "edge_revoke", zone_id: zone, epoch: "4", edge_id: "edge" };
    return { id, token, stream: DELEGATIONS, fields };
  }
}
