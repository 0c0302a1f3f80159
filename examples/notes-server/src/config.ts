/** How a notes server is set up: by environment variables alone. */
export interface NotesConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly zoneIds: readonly string[];
  readonly requireChainContains: readonly string[];
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly stateless: boolean;
}

/** Says in one line what is wrong with the environment. */
export class ConfigError extends Error {}

/** The variables behind the options that the libraries may find fault with. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["issuer", "CARACAL_ISSUER"],
  ["audience", "CARACAL_AUDIENCE"],
  ["resource", "CARACAL_AUDIENCE"],
  ["zoneId", "CARACAL_ZONE_ID"],
  ["requireChainContains", "CARACAL_REQUIRE_CHAIN_CONTAINS"],
  ["redis", "CARACAL_REDIS_URL"],
  ["signatureKeys", "CARACAL_REVOCATION_KEYS"],
]);

/** A library's complaint about an option, as one about the variable that the option came from. */
export function nameVariable(complaint: string): string {
  return complaint.replace(/^\w+/, (option) => VARIABLES.get(option) ?? option);
}

/** @throws ConfigError where a variable is missing or malformed */
export function readConfig(env: NodeJS.ProcessEnv): NotesConfig {
  return {
    issuer: required(env, "CARACAL_ISSUER"),
    audience: required(env, "CARACAL_AUDIENCE"),
    zoneIds: list(required(env, "CARACAL_ZONE_ID")),
    requireChainContains: list(env.CARACAL_REQUIRE_CHAIN_CONTAINS ?? ""),
    host: env.HOST || "127.0.0.1",
    port: readPort(env.PORT || "0"),
    stateless: readSwitch("STATELESS", env.STATELESS || "0"),
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new ConfigError(`${name} is not set`);
  return value;
}

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new ConfigError("PORT has to be a number from 0 to 65535");
}

function readSwitch(name: string, text: string): boolean {
  if (text === "1" || text === "0") return text === "1";
  throw new ConfigError(`${name} has to be 1 or 0`);
}
