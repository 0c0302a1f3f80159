import { type DevStsOptions, type ResolvedOptions, resolveOptions } from "./options.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Options from `CARACAL_DEV_STS_PORT`, `CARACAL_DEV_STS_ZONES` (comma separated) and
 * `CARACAL_DEV_STS_AUDIENCE`. Throws a `TypeError` for a value that is empty or malformed.
 */
export function readEnvironment(environment: Environment): ResolvedOptions {
  const {
    CARACAL_DEV_STS_PORT: port,
    CARACAL_DEV_STS_ZONES: zones,
    CARACAL_DEV_STS_AUDIENCE: audience,
  } = environment;
  const options: DevStsOptions = {
    ...(port === undefined ? {} : { port: /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN }),
    ...(zones === undefined ? {} : { zones: zones.split(",").map((zone) => zone.trim()) }),
    ...(audience === undefined ? {} : { audience }),
  };
  return resolveOptions(options);
}
