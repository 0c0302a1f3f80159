import {
  type RevocationQuery,
  type RevocationState,
  type RevocationStore,
  RevocationStoreFullError,
  requireEpoch,
  requireName,
  requireTtl,
} from "@caracalai/revocation";
import { readList, readText, unexpected } from "../commands/replies.js";
import { runScript, type Script } from "../commands/script.js";
import { type TimedCommand, timedCommand } from "../commands/timed-command.js";
import { RedisStoreError } from "../redis-store-error.js";
import { questionsOf, stateOf } from "./read-state.js";
import { RevocationKeys } from "./revocation-keys.js";
import { MARK_EPOCH, MARK_REVOKED, READ_VALUES } from "./scripts.js";
import {
  type CapturedStoreOptions,
  captureStoreOptions,
  type RedisRevocationStoreOptions,
} from "./store-options.js";

/**
 * Revocations in Redis or Valkey, shared by all who use the same server (wire format, "Revocation").
 * Whatever is asked is answered from the primary within `readTimeoutMs`, or not at all: every method
 * rejects with a `RedisStoreError` where Redis is slow, away, refuses, or answers with something that
 * is no answer. Writes are decided on the server: whoever writes at the same time, no entry is ever
 * shortened and no epoch lowered.
 *
 * It does not notice that a Redis came back empty, or was emptied: the consumer does.
 */
export class RedisRevocationStore implements RevocationStore {
  readonly #options: CapturedStoreOptions;
  readonly #command: TimedCommand;
  readonly #keys: RevocationKeys;

  /** @throws ConfigurationError where an option is missing, unknown or out of its range. */
  constructor(options: RedisRevocationStoreOptions) {
    this.#options = captureStoreOptions(options);
    const { redis, maxPendingCommands, keyPrefix } = this.#options;
    this.#command = timedCommand(redis.command, maxPendingCommands);
    this.#keys = new RevocationKeys(keyPrefix);
  }

  /**
   * Whether an anchor is revoked. Rejects with a TypeError where it is not a non-empty string of
   * well-formed text, and with a RedisStoreError where Redis gives no answer.
   */
  async isRevoked(anchor: string): Promise<boolean> {
    return (await this.check({ anchors: [anchor] })).revoked;
  }

  /**
   * A zone's delegation epoch; 0 where none is known. Rejects as {@link RedisRevocationStore.isRevoked}
   * does.
   */
  async currentDelegationEpoch(zoneId: string): Promise<number> {
    return (await this.check({ anchors: [], zoneId })).delegationEpoch;
  }

  /**
   * Answers for all anchors and the epoch in one round trip: one command, or in a cluster one for
   * each key, all sent at once. Rejects as {@link RedisRevocationStore.isRevoked} does.
   */
  async check(query: RevocationQuery): Promise<RevocationState> {
    for (const anchor of query.anchors) requireText("anchor", anchor);
    if (query.zoneId !== undefined) requireText("zoneId", query.zoneId);
    const questions = questionsOf(this.#keys, query);
    return stateOf(questions, await this.#read(questions.map(({ key }) => key)));
  }

  /**
   * Revokes an anchor for `ttlMs` milliseconds (a positive finite number; part of a millisecond is a
   * whole one), by default for `defaultTtlMs`. Resolves when Redis has confirmed it. Rejects with a
   * TypeError or a RangeError as every store does, with a RevocationStoreFullError where Redis has no
   * memory left, and with a RedisStoreError where it is not known whether the entry is stored.
   */
  async markRevoked(anchor: string, ttlMs: number = this.#options.defaultTtlMs): Promise<void> {
    requireText("anchor", anchor);
    requireTtl(ttlMs);
    await this.#write(MARK_REVOKED, this.#keys.anchor(anchor), [formatTtl(ttlMs)]);
  }

  /**
   * Raises a zone's delegation epoch: the higher of two is kept for the longer of two lifetimes.
   * Resolves and rejects as {@link RedisRevocationStore.markRevoked} does.
   */
  async markDelegationEpoch(
    zoneId: string,
    epoch: number,
    ttlMs: number = this.#options.defaultTtlMs,
  ): Promise<void> {
    requireText("zoneId", zoneId);
    requireEpoch(epoch);
    requireTtl(ttlMs);
    await this.#write(MARK_EPOCH, this.#keys.epoch(zoneId), [`${epoch}`, formatTtl(ttlMs)]);
  }

  async #read(keys: readonly string[]): Promise<(string | null)[]> {
    if (keys.length === 0) return [];
    const { redis, readTimeoutMs: timeoutMs } = this.#options;
    const values = redis.isCluster
      ? // A node that is not the primary of a key says so, and where that is.
        await Promise.all(keys.map((key) => this.#command(["GET", key], { key, timeoutMs })))
      : readList(await runScript(this.#command, READ_VALUES, { keys, timeoutMs }), "values");
    if (values.length !== keys.length) throw unexpected("a value for each key");
    return values.map((value) => (value === null ? null : readText(value, "a value")));
  }

  async #write(script: Script, key: string, args: readonly string[]): Promise<void> {
    const timeoutMs = this.#options.writeTimeoutMs;
    try {
      const reply = await runScript(this.#command, script, { keys: [key], args, timeoutMs });
      if (reply !== 0 && reply !== 1) throw unexpected("the confirmation of a write");
    } catch (error) {
      if (!(error instanceof RedisStoreError) || error.redisCode !== "OOM") throw error;
      throw new RevocationStoreFullError("Redis has no memory left. The new entry is not stored.");
    }
  }
}

/** Half a surrogate pair would be sent as another character: two names, one key. */
function requireText(what: "anchor" | "zoneId", value: string): void {
  requireName(what, value);
  if (!value.isWellFormed()) throw new TypeError(`${what} must be well-formed text.`);
}

/** Whole milliseconds, and no more of them than can be added to a time. */
function formatTtl(ttlMs: number): string {
  return `${Math.min(Math.ceil(ttlMs), Number.MAX_SAFE_INTEGER)}`;
}
