import { ConfigurationError } from "@caracalai/transport-mcp";

/** Where a process has its mandate from: the mandate, or what tells the current one. */
export type MandateSource = string | (() => string | PromiseLike<string>);

/** How long a process may take to tell its mandate. */
const DEADLINE_MS = 10_000;

/**
 * What tells the mandate of a process: undefined where it has none at the moment, fails at telling it,
 * or takes longer than 10 seconds.
 *
 * @throws ConfigurationError where the source is neither text nor a function
 */
export function readMandateSource(source: MandateSource): () => Promise<string | undefined> {
  if (typeof source === "string" && source !== "") return async () => source;
  if (typeof source === "function") return () => askWithin(source);
  throw new ConfigurationError(
    "protectServer: processMandate has to be a mandate, or a function that tells the current one",
  );
}

async function askWithin(tell: () => string | PromiseLike<string>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DEADLINE_MS);
  });
  try {
    const token: unknown = await Promise.race([tell(), deadline]);
    return typeof token === "string" && token !== "" ? token : undefined;
  } catch {
    // What it says may hold the mandate.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
