import type { DevStsApplication } from "./applications.js";
import { type DevStsOptions, type ResolvedOptions, resolveOptions } from "./options.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Options from `CARACAL_DEV_STS_PORT`, `CARACAL_DEV_STS_ZONES` (comma separated),
 * `CARACAL_DEV_STS_AUDIENCE` and `CARACAL_DEV_STS_APPLICATIONS` (the option, as JSON). Throws a
 * `TypeError` for a value that is empty or malformed.
 */
export function readEnvironment(environment: Environment): ResolvedOptions {
  const {
    CARACAL_DEV_STS_PORT: port,
    CARACAL_DEV_STS_ZONES: zones,
    CARACAL_DEV_STS_AUDIENCE: audience,
    CARACAL_DEV_STS_APPLICATIONS: applications,
  } = environment;
  const options: DevStsOptions = {
    ...(port === undefined ? {} : { port: /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN }),
    ...(zones === undefined ? {} : { zones: zones.split(",").map((zone) => zone.trim()) }),
    ...(audience === undefined ? {} : { audience }),
    ...(applications === undefined ? {} : { applications: parseList(applications) }),
  };
  return resolveOptions(options);
}

/** What it holds is checked where options are; the parser's own error would quote a secret. */
function parseList(json: string): readonly DevStsApplication[] {
  try {
    return JSON.parse(json);
  } catch {
    throw new TypeError("CARACAL_DEV_STS_APPLICATIONS is not JSON");
  }
}
