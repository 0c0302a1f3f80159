import { RevocationStoreError } from "@caracalai/revocation";

/**
 * Why Redis gave no answer that can be used: `timeout` (not in time), `overloaded` (too many commands
 * are waiting already), `connection` (none, or it failed), `refused` (Redis answered with an error),
 * `reply` (the answer is none).
 */
export type RedisProblem = "timeout" | "overloaded" | "connection" | "refused" | "reply";

/**
 * The state in Redis is unknown: a verifier refuses the mandate as `verification_unavailable`, and
 * whoever wrote does not know whether it is stored and writes again. Errors of client libraries hold
 * commands and addresses: neither they nor their messages are passed on.
 */
export class RedisStoreError extends RevocationStoreError {
  override readonly name: string = "RedisStoreError";
  readonly problem: RedisProblem;
  /** The word that Redis' own error begins with, for instance `READONLY`. */
  readonly redisCode: string | undefined;

  constructor(problem: RedisProblem, message: string, redisCode?: string) {
    super(message);
    this.problem = problem;
    this.redisCode = redisCode;
  }
}

/** Of errors without a word of their own, those that somebody can put right. Nothing else is quoted. */
const ERR_REASONS: readonly (readonly [RegExp, string])[] = [
  [/^ERR The user executing the script can't/, "the user lacks a permission that the README names"],
  [/^ERR max number of clients/, "it has as many clients as it may have"],
  [/^ERR DB index/, "it has no database of that number"],
];

const REDIS_CODE = /^[A-Z][A-Z0-9_]{1,31}(?=\s|$)/;

/** What is safe to know of an error of a client library. */
export function toRedisStoreError(error: unknown): RedisStoreError {
  if (error instanceof RedisStoreError) return error;
  const message = error instanceof Error ? error.message : "";
  const [code] = REDIS_CODE.exec(message) ?? [];
  if (code === undefined) return new RedisStoreError("connection", "Redis could not be reached.");
  const [, reason] = ERR_REASONS.find(([pattern]) => pattern.test(message)) ?? [];
  const about = reason === undefined ? code : `${code}: ${reason}`;
  return new RedisStoreError("refused", `Redis refused the command (${about}).`, code);
}
