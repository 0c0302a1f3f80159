import { ConfigurationError } from "./configuration-error.js";
import { fetchKeySet, keySetUrl } from "./fetch-key-set.js";
import { isJsonObject } from "./json-object.js";
import { type KeySet, parseKeySet } from "./key-set.js";
import type { MaybePromise } from "./maybe-promise.js";
import { type KeyLookup, ZoneKeys } from "./zone-keys.js";

/** Which key is looked for. */
export interface KeyQuery {
  readonly issuer: string;
  /** A zone of the configuration, never one that only a token names. */
  readonly zoneId: string;
  readonly kid: string;
  /** Whether a key id that is not in the set may cause a fetch. Default true. */
  readonly refetchUnknown?: boolean;
}

/** The signing keys of zones, shared by verifiers. */
export interface KeyCache {
  /** Finds a key, at once where the cache answers it. Never rejects. */
  find(query: KeyQuery): MaybePromise<KeyLookup>;
  /** Fetches a zone's key set ahead of the first token. Answers whether there is a usable one now. */
  warmup(issuer: string, zoneId: string): Promise<boolean>;
}

/** Something about a key set that an operator should know. Holds no key. */
export interface KeySetWarning {
  /** The STS publishes the private part of a signing key. The key is not used. */
  readonly code: "private_key_published";
  readonly issuer: string;
  readonly zoneId: string;
  /** Empty where the key has no usable one. */
  readonly kid: string;
}

/** How a {@link KeyCache} fetches and keeps key sets. Times are in milliseconds. */
export interface KeyCacheOptions {
  /** Younger key sets are served without a fetch. Default 300,000 (5 minutes). */
  readonly ttlMs?: number;
  /** Older key sets are not served; between `ttlMs` and this they are refreshed behind the request. Default 600,000. */
  readonly maxAgeMs?: number;
  /** At most one fetch in this time, for each zone, because of unknown key ids. Default 30,000. */
  readonly unknownKeyCooldownMs?: number;
  /** The pause after a failed fetch; doubles with each further one, up to ten times. Default 1,000. */
  readonly retryMs?: number;
  /** For a whole fetch, body included. Default 5,000, at most 2,147,483,647. */
  readonly timeoutMs?: number;
  /** The longest body of a key set, in bytes as decompressed. Default 262,144. */
  readonly maxBytes?: number;
  /** The `fetch` to use, for a proxy or client certificates. Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** Called for what an operator should know. Default: `console.warn`. */
  readonly onWarning?: (warning: KeySetWarning) => void;
}

const NUMBERS = {
  ttlMs: 300_000,
  maxAgeMs: 600_000,
  unknownKeyCooldownMs: 30_000,
  retryMs: 1_000,
  timeoutMs: 5_000,
  maxBytes: 262_144,
} as const;

/** The platform's timers fire at once when asked to wait longer (2^31 - 1 milliseconds). */
const MAX_TIMEOUT_MS = 2_147_483_647;

/**
 * Creates a cache of key sets, bounded by the zones that verifiers are configured for.
 *
 * @throws ConfigurationError for an option that is unknown or malformed
 */
export function createKeyCache(options: KeyCacheOptions = {}): KeyCache {
  if (!isJsonObject(options)) {
    throw new ConfigurationError("The options of the key cache have to be an object");
  }
  const config = readOptions(options);
  const issuers = new Map<string, Map<string, ZoneKeys>>();

  async function load(issuer: string, zoneId: string, known: KeySet): Promise<KeySet> {
    const parsed = await parseKeySet(await fetchKeySet(keySetUrl(issuer, zoneId), config), known);
    if (parsed === undefined) throw new Error("The answer is not a key set");
    for (const kid of parsed.exposedKeyIds) warnOf({ issuer, zoneId, kid });
    if (parsed.keys.size === 0) throw new Error("The key set has no usable key");
    return parsed.keys;
  }

  function warnOf(warning: Omit<KeySetWarning, "code">): void {
    // A log that can't be written is no reason to lock everyone out, nor to end the process.
    new Promise<void>((resolve) => {
      resolve(config.onWarning({ code: "private_key_published", ...warning }));
    }).catch(() => {});
  }

  function zoneKeys(issuer: string, zoneId: string): ZoneKeys {
    let zones = issuers.get(issuer);
    if (zones === undefined) {
      zones = new Map();
      issuers.set(issuer, zones);
    }
    let keys = zones.get(zoneId);
    if (keys === undefined) {
      keys = new ZoneKeys(
        (known) => load(issuer, zoneId, known),
        config,
        () => performance.now(),
      );
      zones.set(zoneId, keys);
    }
    return keys;
  }

  return Object.freeze({
    find: ({ issuer, zoneId, kid, refetchUnknown = true }: KeyQuery) =>
      zoneKeys(issuer, zoneId).find(kid, refetchUnknown),
    warmup: async (issuer: string, zoneId: string) => zoneKeys(issuer, zoneId).warmup(),
  });
}

let shared: KeyCache | undefined;

/** The cache that all verifiers of a process share unless they are given one. */
export function sharedKeyCache(): KeyCache {
  shared ??= createKeyCache();
  return shared;
}

function readOptions(options: KeyCacheOptions): Required<KeyCacheOptions> {
  const config = {
    ...NUMBERS,
    fetch: (...request: Parameters<typeof fetch>) => globalThis.fetch(...request),
    onWarning: warn,
  };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(config, name)) {
      throw new ConfigurationError(`Unknown option of the key cache: ${name}`);
    }
    if (value === undefined) continue;
    const isNumber = Object.hasOwn(NUMBERS, name);
    if (isNumber ? !(Number.isSafeInteger(value) && value > 0) : typeof value !== "function") {
      throw new ConfigurationError(
        `${name} of the key cache has to be ${isNumber ? "a positive integer" : "a function"}`,
      );
    }
    Object.assign(config, { [name]: value });
  }
  if (config.maxAgeMs < config.ttlMs) {
    throw new ConfigurationError("maxAgeMs of the key cache has to be ttlMs or more");
  }
  if (config.timeoutMs > MAX_TIMEOUT_MS) {
    throw new ConfigurationError(`timeoutMs of the key cache has to be ${MAX_TIMEOUT_MS} at most`);
  }
  return config;
}

function warn({ issuer, zoneId, kid }: KeySetWarning): void {
  console.warn(
    `caracal: the key set of zone ${JSON.stringify(zoneId)} at ${issuer} publishes the private part of key ${JSON.stringify(kid)}. The key is not used. Revoke it.`,
  );
}
