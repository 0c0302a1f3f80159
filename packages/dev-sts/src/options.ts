import process from "node:process";
import { type Application, type DevStsApplication, readApplications } from "./applications.js";
import { type DevStsEvents, eventSink } from "./event-sink.js";
import { assertKnownNames } from "./known-names.js";
import { isLoopback } from "./loopback.js";
import type { RevocationSink } from "./revocation-sink.js";

/** Options of `createDevSts`; read once, at the call. An unknown name throws. */
export interface DevStsOptions {
  /** Where to listen: `localhost` (taken as 127.0.0.1), 127.0.0.0/8 or `::1`. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 to 65535; 0, the default, is any free port. */
  readonly port?: number;
  /** Zone ids, none twice; the first is the default zone everywhere. Default `["zone_dev"]`. */
  readonly zones?: readonly string[];
  /** `aud` and `target` of a mandate that names none. Default `https://mcp.example.com`. */
  readonly audience?: string;
  /** Who may fetch mandates at `POST /oauth/token`. Default nobody. */
  readonly applications?: readonly DevStsApplication[];
  /** Who is told by `revoke` and `bumpEpoch`. Default nobody. */
  readonly revocations?: RevocationSink | readonly RevocationSink[];
  /** How `revoke` and `bumpEpoch` tell servers elsewhere, beside the stores. Default not at all. */
  readonly events?: DevStsEvents;
  /** Gets the notice, one line, that this is for development only. Default: standard error. */
  readonly announce?: (line: string) => void;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly host: string;
  readonly port: number;
  readonly zones: readonly string[];
  readonly audience: string;
  readonly applications: readonly Application[];
  /** The stores, and whoever publishes events. */
  readonly revocations: readonly RevocationSink[];
  readonly announce: (line: string) => void;
}

const names = [
  "host",
  "port",
  "zones",
  "audience",
  "applications",
  "revocations",
  "events",
  "announce",
];

/** Checks the options and fills in defaults. Throws a `TypeError` that names the wrong option. */
export function resolveOptions(options: DevStsOptions = {}): ResolvedOptions {
  assertKnownNames("createDevSts", options, names);
  const zones = zoneIds(options.zones ?? ["zone_dev"]);
  return {
    host: loopbackHost(options.host ?? "127.0.0.1"),
    port: portNumber(options.port ?? 0),
    zones,
    audience: nonEmpty("audience", options.audience ?? "https://mcp.example.com"),
    applications: readApplications(zones, options.applications),
    revocations: [
      ...[options.revocations ?? []].flat().map(sink),
      ...(options.events === undefined ? [] : [eventSink(options.events, zones[0] ?? "")]),
    ],
    announce: announcer(options.announce ?? ((line) => process.stderr.write(`${line}\n`))),
  };
}

function loopbackHost(host: string): string {
  if (isLoopback(host)) return host;
  throw new TypeError(
    `host ${JSON.stringify(host)} is not loopback: anyone who reaches this STS can have a mandate, so it listens on localhost, 127.0.0.0/8 or ::1 alone`,
  );
}

function portNumber(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new TypeError("port is a whole number from 0 to 65535");
}

function zoneIds(zones: readonly string[]): readonly string[] {
  if (!Array.isArray(zones) || zones.length === 0) throw new TypeError("zones names no zone");
  const ids = zones.map((zone: string) => nonEmpty("zones", zone));
  if (new Set(ids).size !== ids.length) throw new TypeError("zones names a zone twice");
  return ids;
}

function nonEmpty(name: string, value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new TypeError(`${name} is empty or not a string`);
}

function sink(candidate: RevocationSink): RevocationSink {
  if (
    typeof candidate?.markRevoked === "function" &&
    typeof candidate.markDelegationEpoch === "function"
  ) {
    return candidate;
  }
  throw new TypeError("revocations needs the functions markRevoked and markDelegationEpoch");
}

function announcer(announce: (line: string) => void): (line: string) => void {
  if (typeof announce === "function") return announce;
  throw new TypeError("announce is not a function");
}
