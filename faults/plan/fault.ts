import type { CrashPoint, Line } from "../world/kill-switch.js";

/** Which instances a fault hits: one, by its number, or all. */
export type Hit = number | "all";

/** Something that goes wrong, and for how long. Times are milliseconds. */
export type Fault =
  /** `kill -9` of Redis, and a new start on the same port. */
  | { readonly kind: "restart"; readonly downMs: number }
  /** SIGSTOP of Redis, and SIGCONT. */
  | { readonly kind: "freeze"; readonly ms: number }
  /** The way to Redis is slow. */
  | {
      readonly kind: "slow";
      readonly hit: Hit;
      readonly lines: readonly Line[];
      readonly delayMs: number;
      readonly ms: number;
    }
  /** Nothing goes through, and no connection is closed; then they all are. */
  | {
      readonly kind: "silence";
      readonly hit: Hit;
      readonly lines: readonly Line[];
      readonly ms: number;
    }
  /** All connections are cut when so many more bytes have come from Redis: at any place of a reply. */
  | {
      readonly kind: "cut";
      readonly hit: Hit;
      readonly lines: readonly Line[];
      readonly afterBytes: number;
    }
  | { readonly kind: "flush"; readonly command: readonly string[] }
  /** No memory is left, and nothing is evicted. Events may be added in the same step, before. */
  | { readonly kind: "memory"; readonly ms: number; readonly burst?: number }
  /**
   * Replication hangs for `lagMs`, then the replica is promoted. The old primary is killed before, or
   * is made its replica `gapMs` later. Each instance is led to the new one after a time of its own.
   */
  | {
      readonly kind: "failover";
      readonly lagMs: number;
      readonly old: "killed" | "demoted";
      readonly gapMs: number;
      readonly repointMs: readonly number[];
    }
  /** Events are added and the stream is trimmed, in one step: some are gone before anybody reads. */
  | { readonly kind: "trim"; readonly burst: number; readonly keep: number }
  /** An instance ends between two commands, and another one is started in its place. */
  | {
      readonly kind: "crash";
      readonly instance: number;
      readonly point: CrashPoint;
      readonly restartMs: number;
    }
  /** The clock of the instances' machine, or that of Redis, is moved, and moved back. */
  | {
      readonly kind: "clock";
      readonly of: "instances" | "server";
      readonly bySeconds: number;
      readonly ms: number;
    };

/** A fault and when it begins, in milliseconds from the first one. */
export interface TimedFault {
  readonly at: number;
  readonly fault: Fault;
}
