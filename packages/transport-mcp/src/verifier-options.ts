import {
  type AuthorityPolicy,
  type ClaimsPolicy,
  ConfigurationError,
  type KeyCache,
  sharedKeyCache,
} from "@caracalai/identity";
import type { RevocationStore } from "@caracalai/revocation";
import type { DecisionHook } from "./decision.js";
import { readInteger, readList, readObject, readText, rejectUnknownNames } from "./read-options.js";
import { REQUIREMENT_NAMES, type Requirements, readDefaults } from "./requirements.js";
import { readServerUrl } from "./server-url.js";
import { VerifiedMandates } from "./verified-mandates.js";
import { readVerifiedMandates, type VerifiedMandatesOptions } from "./verified-mandates-limits.js";

/** How a verifier judges. Captured at construction; the object is never changed or read again. */
export interface MandateVerifierOptions extends Requirements {
  /**
   * The STS, as mandates name it in `iss`: an https URL, or http on a loopback host, without user
   * info, query or fragment. Compared exactly.
   */
  readonly issuer: string;
  /** This server, as mandates name it in `aud`. Compared exactly. */
  readonly audience: string;
  /** The zone, or the zones, whose mandates are accepted. No other zone is ever asked for its keys. */
  readonly zoneId: string | readonly string[];
  /** Where revocations are looked up. */
  readonly revocations: RevocationStore;
  /** How far in the future `iat` and `nbf` may lie, in seconds: 0 to 600. Default 60. */
  readonly clockToleranceSeconds?: number | undefined;
  /** The longest lifetime of a mandate, in seconds: 1 to 82,800. Default 3,600. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** How long the revocation store may take, in milliseconds: 1 to 10,000. Default 250. */
  readonly revocationTimeoutMs?: number | undefined;
  /** Where keys are kept. Default: one cache for all verifiers of the process. */
  readonly keyCache?: KeyCache | undefined;
  /** The clock, in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /**
   * How many mandates are remembered as verified, so that the signature of one that comes again is not
   * verified again; key set, clock, authority and revocation are looked at each time. False: none.
   * Default: 10,000, in 32 MiB.
   */
  readonly verifiedMandates?: VerifiedMandatesOptions | false | undefined;
  /**
   * Is told of every decision, by verifiers narrowed from this one too, right after it was made. Not
   * waited for, and without a say: what it throws or rejects with is dropped. Default: nobody is told.
   */
  readonly onDecision?: DecisionHook | undefined;
}

/** The options of a verifier, validated, with nothing left out. */
export interface VerifierConfig {
  readonly claims: ClaimsPolicy;
  readonly defaults: AuthorityPolicy;
  readonly revocations: RevocationStore;
  readonly revocationTimeoutMs: number;
  readonly keyCache: KeyCache;
  readonly now: () => number;
  /** The same clock in whole seconds. */
  readonly nowSeconds: () => number;
  readonly verified: VerifiedMandates;
  readonly onDecision: DecisionHook | undefined;
}

const OPTION_NAMES: readonly (keyof MandateVerifierOptions)[] = [
  "issuer",
  "audience",
  "zoneId",
  "revocations",
  "clockToleranceSeconds",
  "maxLifetimeSeconds",
  "revocationTimeoutMs",
  "keyCache",
  "now",
  "verifiedMandates",
  "onDecision",
  ...REQUIREMENT_NAMES,
];

/** A revocation entry lives 24 hours: a mandate must be gone before it, clock differences included. */
const LONGEST_LIFETIME_SECONDS = 23 * 3_600;

/** @throws ConfigurationError for an option that is missing, malformed or unknown */
export function readVerifierOptions(options: MandateVerifierOptions): VerifierConfig {
  rejectUnknownNames("createMandateVerifier", options, OPTION_NAMES);
  const now = readClock(options.now);
  return Object.freeze({
    claims: Object.freeze({
      issuer: readServerUrl("issuer", options.issuer),
      audience: readText("audience", options.audience),
      zoneIds: readZones(options.zoneId),
      clockToleranceSeconds: readInteger("clockToleranceSeconds", options.clockToleranceSeconds, {
        byDefault: 60,
        min: 0,
        max: 600,
      }),
      maxLifetimeSeconds: readInteger("maxLifetimeSeconds", options.maxLifetimeSeconds, {
        byDefault: 3_600,
        min: 1,
        max: LONGEST_LIFETIME_SECONDS,
      }),
    }),
    defaults: readDefaults(options),
    revocations: readStore(options.revocations),
    revocationTimeoutMs: readInteger("revocationTimeoutMs", options.revocationTimeoutMs, {
      byDefault: 250,
      min: 1,
      max: 10_000,
    }),
    keyCache: readObject("keyCache", options.keyCache, ["find", "warmup"]) ?? sharedKeyCache(),
    now,
    nowSeconds: () => Math.floor(now() / 1_000),
    verified: new VerifiedMandates(readVerifiedMandates(options.verifiedMandates)),
    onDecision: readHook(options.onDecision),
  });
}

function readZones(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return Object.freeze([readText("zoneId", value)]);
  const zoneIds = readList("zoneId", value);
  if (zoneIds.length === 0) throw new ConfigurationError("zoneId: the list of zones is empty");
  return zoneIds;
}

function readStore(value: RevocationStore): RevocationStore {
  const store = readObject("revocations", value, ["isRevoked", "currentDelegationEpoch"]);
  if (store === undefined) {
    throw new ConfigurationError(
      "revocations is missing: give a RevocationStore, such as new InMemoryRevocationStore()",
    );
  }
  if (store.check !== undefined) readObject("revocations", store, ["check"]);
  return store;
}

/** A clock that fails, or says anything but a number, tells no time: then everything is expired. */
function readClock(value: unknown): () => number {
  if (value === undefined) return Date.now;
  if (typeof value !== "function") throw new ConfigurationError("now has to be a function");
  return () => {
    try {
      const nowMs = value();
      return Number.isFinite(nowMs) ? nowMs : Number.NaN;
    } catch {
      return Number.NaN;
    }
  };
}

function readHook(value: DecisionHook | undefined): DecisionHook | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw new ConfigurationError("onDecision has to be a function");
}
