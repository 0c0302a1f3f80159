import { createKeySetEndpoint } from "./key-set-endpoint.js";
import { listen } from "./listener.js";
import type { MintClaims } from "./mandates.js";
import { authorizationEndpoint, metadataEndpoint } from "./metadata-endpoint.js";
import { type MandateIssuer, type MintOptions, mint } from "./mint.js";
import { type DevStsOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import { bumpEpoch, revoke } from "./revocations.js";
import { RevokedAnchors } from "./revoked-anchors.js";
import type { Route } from "./route.js";
import { createRouter } from "./router.js";
import { type OauthSetting, tokenEndpoint } from "./token-endpoint.js";
import type { KeySet } from "./zone.js";
import { createZones } from "./zones.js";

/**
 * A running STS. A `zone` left out is the first of `zones`; one that is not there throws a
 * `RangeError`.
 */
export interface DevSts {
  /** `http://HOST:PORT`, without a trailing slash; the `iss` of its mandates. */
  readonly issuer: string;
  readonly zones: readonly string[];

  /**
   * A mandate that an STS could issue, or a wrong one on purpose. Without claims it is a user's
   * resource mandate for `audience`, with the scope `mcp:tool:call`, good for 900 seconds, in a
   * session of its own. One with a `delegation_edge_id` carries the zone's epoch, once above 0.
   * `zone_id` is just a claim: the key is chosen by `options.zone`. Throws a `TypeError` for an
   * unknown option, a `RangeError` for an unknown zone or a previous key that there is not.
   */
  mint(claims?: MintClaims, options?: MintOptions): string;

  /** Signs with a new key from now on, serves the old one for 24 hours more; the new `kid`. */
  rotate(zone?: string): string;
  /** Serves this key no more, though it can still sign. A `RangeError` if it is not served. */
  removeKey(kid: string, zone?: string): void;
  /** The key set as it is served (RFC 7517 section 5). */
  keySet(zone?: string): KeySet;
  /** Requests for this zone's key set or, without a zone, for any: 400s and 404s count there. */
  keySetRequests(zone?: string): number;

  /**
   * Tells every store of `revocations` and publishes an event by `events`; rejects where one fails or
   * there is neither. The token endpoint takes no mandate with this anchor any more.
   */
  revoke(anchor: string): Promise<void>;
  /** Counts the zone's delegation epoch up, tells as `revoke` does, and resolves to the epoch. */
  bumpEpoch(zone?: string): Promise<number>;
  /** The zone's delegation epoch, 0 at the start. */
  epoch(zone?: string): number;

  /** Stops listening and cuts open connections: whoever connects is refused. */
  pause(): Promise<void>;
  /** Listens again on the same port. Rejects where it was taken meanwhile, and once closed. */
  resume(): Promise<void>;
  /** Stops for good. More than once does no harm. */
  close(): Promise<void>;
}

/**
 * Starts an STS for development and tests, with new keys. Rejects with a `TypeError` for a wrong
 * or unknown option, a host that is not loopback among them, and where the port is taken.
 */
export async function createDevSts(options?: DevStsOptions): Promise<DevSts> {
  return startDevSts(resolveOptions(options));
}

/** What a route may use of the STS that serves it. */
export type Issuing = Pick<DevSts, "mint" | "zones">;

/** As `createDevSts`, and serves further routes. */
export async function startDevSts(
  options: ResolvedOptions,
  routesFor: (issuing: Issuing) => readonly Route[] = () => [],
): Promise<DevSts> {
  const { host, port, audience, applications, revocations, announce } = options;
  const zones = createZones(options.zones);
  const keySets = createKeySetEndpoint(zones);
  const revoked = new RevokedAnchors();
  const oauth: OauthSetting = { applications, revoked, from: () => mandateIssuer };
  const issuing: Issuing = {
    zones: zones.ids,
    mint: (claims = {}, mintOptions = {}) => mint(mandateIssuer, claims, mintOptions),
  };

  const routes = [
    keySets.route,
    metadataEndpoint(oauth),
    authorizationEndpoint,
    tokenEndpoint(oauth),
    ...routesFor(issuing),
  ];
  const listener = await listen(createRouter(routes), host, port);
  const issuer = `http://${host === "::1" ? "[::1]" : host}:${listener.port}`;
  const mandateIssuer: MandateIssuer = { issuer, audience, zones };
  announce(`Caracal dev STS at ${issuer}: for development and tests only, never for production`);

  return {
    issuer,
    ...issuing,
    rotate: (zone) => zones.named(zone).rotate(),
    removeKey: (kid, zone) => zones.named(zone).removeKey(kid),
    keySet: (zone) => zones.named(zone).keySet(),
    keySetRequests: (zone) => keySets.requests(zone),
    revoke: (anchor) => revoke(revocations, revoked, anchor),
    bumpEpoch: async (zone) => bumpEpoch(revocations, zones.named(zone)),
    epoch: (zone) => zones.named(zone).epoch,
    pause: () => listener.pause(),
    resume: () => listener.resume(),
    close: () => listener.close(),
  };
}
