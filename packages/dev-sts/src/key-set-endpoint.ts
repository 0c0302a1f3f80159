import { HttpProblem } from "./http-problem.js";
import type { Route } from "./route.js";
import type { Zones } from "./zones.js";

/** Where the key sets are served, and how often they were asked for. */
export interface KeySetEndpoint {
  readonly route: Route;
  /** GET requests that named this zone or, without one, all: those answered 400 or 404, too. */
  requests(zoneId?: string): number;
}

/** `GET /.well-known/jwks.json?zone_id=…`, a key set a zone (RFC 7517 section 5). */
export function createKeySetEndpoint(zones: Zones): KeySetEndpoint {
  let total = 0;
  const byZone = new Map<string, number>();

  const route: Route = {
    method: "GET",
    path: "/.well-known/jwks.json",
    handle: ({ query }) => {
      total += 1;
      const id = query.get("zone_id") ?? "";
      if (id === "") throw new HttpProblem(400, "invalid_request", "zone_id is missing");
      const zone = zones.find(id);
      if (zone === undefined) throw new HttpProblem(404, "not_found", "No such zone");
      byZone.set(id, (byZone.get(id) ?? 0) + 1);
      const headers = { "cache-control": "max-age=300, must-revalidate" };
      return { status: 200, headers, body: zone.keySet() };
    },
  };
  const requests = (zoneId?: string): number =>
    zoneId === undefined ? total : (byZone.get(zones.named(zoneId).id) ?? 0);
  return { route, requests };
}
