import type { Issuing } from "./dev-sts.js";
import { HttpProblem } from "./http-problem.js";
import { isLoopbackHostHeader } from "./loopback.js";
import { readJson } from "./read-json.js";
import type { Route } from "./route.js";

/**
 * `POST /dev/mint` with `{"claims"?: {…}, "options"?: {"zone"?: "…"}}` answers `{"token": "…"}`:
 * how a person gets a mandate with curl. Served by the command line alone.
 */
export function mintEndpoint({ mint, zones }: Issuing): Route {
  return {
    method: "POST",
    path: "/dev/mint",
    handle: async ({ request }) => {
      if (!isLoopbackHostHeader(request.headers.host)) {
        throw new HttpProblem(403, "forbidden", "The Host header does not name a loopback host");
      }
      const { claims = {}, options = {} } = members("The body", await readJson(request), [
        "claims",
        "options",
      ]);
      const { zone = zones[0] } = members("options", options, ["zone"]);
      if (typeof zone !== "string" || !zones.includes(zone)) throw refused("No such zone");
      const token = mint(members("claims", claims), { zone });
      return { status: 200, headers: { "cache-control": "no-store" }, body: { token } };
    },
  };
}

type Members = Readonly<Record<string, unknown>>;

function members(what: string, value: unknown, known?: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refused(`${what} is not an object`);
  }
  if (known !== undefined && Object.keys(value).some((name) => !known.includes(name))) {
    throw refused(`${what} may hold ${known.join(" and ")}, and nothing else`);
  }
  return { ...value };
}

function refused(description: string): HttpProblem {
  return new HttpProblem(400, "invalid_request", description);
}
