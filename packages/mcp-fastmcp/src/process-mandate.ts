import { ConfigurationError, MandateError } from "@caracalai/transport-mcp";
import { noMandate } from "./call-context.js";

/** Where a process has its mandate from: the mandate, or what tells the current one. */
export type MandateSource = string | (() => string | PromiseLike<string>);

/** How long a process may take to tell its mandate. */
const DEADLINE_MS = 10_000;

/**
 * What tells the mandate of a process: `missing_token` where it has none at the moment, and
 * `verification_unavailable` where it fails at telling it, or takes longer than 10 seconds.
 *
 * @throws ConfigurationError where the source is neither text nor a function
 */
export function readMandateSource(source: MandateSource): () => Promise<string | MandateError> {
  if (typeof source === "string" && source !== "") return async () => source;
  if (typeof source === "function") return () => askWithin(source);
  throw new ConfigurationError(
    "protectServer: processMandate has to be a mandate, or a function that tells the current one",
  );
}

async function askWithin(tell: () => string | PromiseLike<string>): Promise<string | MandateError> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<MandateError>((resolve) => {
    timer = setTimeout(() => resolve(untold()), DEADLINE_MS);
  });
  try {
    const token: unknown = await Promise.race([tell(), deadline]);
    if (token instanceof MandateError) return token;
    return typeof token === "string" && token !== "" ? token : noMandate();
  } catch {
    // What it says may hold the mandate.
    return untold();
  } finally {
    clearTimeout(timer);
  }
}

/** How a call is refused whose mandate could not be had. */
function untold(): MandateError {
  return new MandateError({
    code: "verification_unavailable",
    check: "bearer",
    description: "Verification unavailable",
    hint: "The function processMandate of protectServer failed, or gave no answer within 10 seconds. Nothing was judged.",
  });
}
