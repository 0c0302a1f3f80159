import { type RevocationStore, RevocationStoreFullError } from "@caracalai/revocation";
import type { TimedCommand } from "../commands/timed-command.js";
import { parseEpoch } from "../events/parse-epoch.js";
import { RedisStoreError } from "../redis-store-error.js";
import type { RevocationKeys } from "../store/revocation-keys.js";
import type { LocalRevocation, LocalRevocations } from "./local-revocations.js";
import { patternOf, type ScannedKey, scanKeys } from "./scan-keys.js";

/** The end of an entry that is closer than this is not worth a write. */
const MARGIN_MS = 1_000;
const WRITES_AT_A_TIME = 200;

type SharedWriter = Pick<RevocationStore, "markRevoked" | "markDelegationEpoch">;

/** What the shared keys are compared with, and how. */
export interface ReconcileSettings {
  readonly local: LocalRevocations;
  readonly store: SharedWriter;
  readonly keys: RevocationKeys;
  readonly keyPrefix: string;
  readonly timeoutMs: number;
  /** Whether the result is still wanted. */
  readonly isCurrent: () => boolean;
  readonly beforeWrite: () => void;
}

/**
 * Takes over what the shared keys of all servers hold, then writes to them what they lack. Nothing is
 * left without a mark in the end.
 *
 * @throws RedisStoreError where a server gives no answer or takes no write, RevocationStoreFullError
 *   where the replica has no room (rejects).
 */
export async function reconcileKeys(
  servers: readonly TimedCommand[],
  settings: ReconcileSettings,
): Promise<void> {
  const unreadable = await Promise.all(servers.map((command) => takeOverKeys(command, settings)));
  settings.local.unreadableZones = new Set(unreadable.flat());
  await writeMissing(settings);
}

/** @returns the zones whose keys hold no epoch. */
async function takeOverKeys(
  command: TimedCommand,
  { local, keys, keyPrefix, timeoutMs, isCurrent }: ReconcileSettings,
): Promise<readonly string[]> {
  const unreadable: string[] = [];
  const question = { pattern: patternOf(keyPrefix), valuesOf: keys.epoch(""), timeoutMs };
  for await (const found of scanKeys(command, question)) {
    if (!isCurrent()) break;
    const now = performance.now();
    for (const key of found) {
      const revocation = read(key, keys, now);
      if (typeof revocation === "string") unreadable.push(revocation);
      else if (revocation !== undefined) local.add(revocation, true, now);
    }
  }
  return unreadable;
}

/**
 * A revocation; the zone alone where its key holds no epoch; nothing where the key is another's,
 * or has ended.
 */
function read(
  { key, ttlMs, value }: ScannedKey,
  keys: RevocationKeys,
  now: number,
): LocalRevocation | string | undefined {
  const meaning = ttlMs === 0 ? undefined : keys.meaningOf(key);
  const expiry = now + ttlMs;
  if (meaning?.kind === "anchor") return { event: meaning, expiry };
  if (meaning === undefined) return undefined;
  const epoch = parseEpoch(value);
  return epoch === undefined ? meaning.zoneId : { event: { ...meaning, epoch }, expiry };
}

async function writeMissing({
  local,
  store,
  isCurrent,
  beforeWrite,
}: ReconcileSettings): Promise<void> {
  let batch: LocalRevocation[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) beforeWrite();
    await Promise.all(batch.map((revocation) => write(store, revocation)));
    // By now it may be another server that they would have to be written to.
    if (!isCurrent()) return;
    for (const revocation of batch) local.add(revocation, true, performance.now());
    batch = [];
  };
  for (const revocation of local.unmarked(performance.now() + MARGIN_MS)) {
    if (batch.push(revocation) >= WRITES_AT_A_TIME) await flush();
    if (!isCurrent()) return;
  }
  await flush();
}

async function write(store: SharedWriter, { event, expiry }: LocalRevocation): Promise<void> {
  // Some entries never end here, and some have come close to their end meanwhile.
  const ttlMs = Math.min(Math.max(1, expiry - performance.now()), Number.MAX_SAFE_INTEGER);
  try {
    if (event.kind === "anchor") await store.markRevoked(event.anchor, ttlMs);
    else await store.markDelegationEpoch(event.zoneId, event.epoch, ttlMs);
  } catch (error) {
    // It is Redis that is full, not the replica.
    if (!(error instanceof RevocationStoreFullError)) throw error;
    throw new RedisStoreError("refused", "Redis has no memory left for what it has lost.", "OOM");
  }
}
