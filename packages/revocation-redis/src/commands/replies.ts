import { RedisStoreError } from "../redis-store-error.js";

/** @throws RedisStoreError where the reply is no list. */
export function readList(reply: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(reply)) throw unexpected(what);
  return reply;
}

/** @throws RedisStoreError where the reply is neither text nor bytes of text. */
export function readText(reply: unknown, what: string): string {
  if (typeof reply === "string") return reply;
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply);
  throw unexpected(what);
}

/** @throws RedisStoreError where the reply is no integer that JavaScript holds exactly. */
export function readInteger(reply: unknown, what: string): number {
  const integer = typeof reply === "number" ? reply : Number(readText(reply, what));
  if (!Number.isSafeInteger(integer)) throw unexpected(what);
  return integer;
}

/** The reply itself is not quoted: it may hold what others have written. */
export function unexpected(what: string): RedisStoreError {
  return new RedisStoreError("reply", `Redis answered with something that is not ${what}.`);
}
