import { ConfigurationError } from "@caracalai/identity";
import { type Challenge, challenge } from "../challenge.js";
import { extractBearer } from "../extract-bearer.js";
import { captureRequirements, type Requirements } from "../requirements.js";
import { authInfoOf } from "./auth-info.js";
import { calledTools } from "./called-tools.js";
import { readSdkOptions, type SdkOptions } from "./sdk-options.js";

/** How {@link requireMandate} judges. */
export interface RequireMandateOptions extends SdkOptions {
  /**
   * What calls of single tools need on top, by the tool's exact name. Judged by the parsed body
   * (`req.body`), which has to be what the transport is given. Default: nothing.
   */
  readonly tools?: Readonly<Record<string, Requirements>> | undefined;
}

/** As much of a request of Node's `http`, or of Express, as is looked at. */
export interface MandateRequest {
  readonly method?: string | undefined;
  readonly headersDistinct: { readonly authorization?: readonly string[] | undefined };
  /** What a body parser made of the body. */
  readonly body?: unknown;
  /** Set to an {@link AuthInfo}: where the SDK's transports look for it. */
  auth?: unknown;
}

/** As much of a response of Node's `http`, or of Express, as is used. */
export interface MandateResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** Calls `next` for a request that is let in, and answers every other itself. */
export type MandateMiddleware = (
  req: MandateRequest,
  res: MandateResponse,
  next: (error?: unknown) => unknown,
) => Promise<void>;

/**
 * A middleware for Express, and for what is like it, that lets a request in only with a mandate.
 * Refusals are 401, 403 and 503 with a challenge and a JSON body; `req.auth` is the caller of a request
 * that is let in. Stands where the SDK's own `requireBearerAuth` would, of v1 as of v2.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function requireMandate(options: RequireMandateOptions): MandateMiddleware {
  const config = readSdkOptions("requireMandate", options, ["tools"]);
  const tools = readTools(options.tools);

  async function admit(req: MandateRequest): Promise<Challenge | undefined> {
    const routes = tools === undefined ? [] : routesOf(req, tools);
    const judge = (routes ?? []).reduce((narrower, it) => narrower.require(it), config.verifier);
    const header = req.headersDistinct.authorization;
    const result = await judge.authorization(header);
    if (!result.ok) return challenge(result.error, { resourceMetadata: config.resourceMetadata });
    if (routes === undefined) throw new ConfigurationError(NO_BODY);
    req.auth = authInfoOf(result.principal, extractBearer(header?.[0]) as string, config);
    return undefined;
  }

  return async (req, res, next) => {
    let refusal: Challenge | undefined;
    try {
      refusal = await admit(req);
    } catch (error) {
      next(error);
      return;
    }
    if (refusal === undefined) next();
    else answer(res, refusal);
  };
}

const NO_BODY =
  "requireMandate: tools are told by the parsed body, and there is none: express.json() has to come first, and the request has to be JSON";

type Tools = ReadonlyMap<string, Requirements>;

function readTools(tools: RequireMandateOptions["tools"]): Tools | undefined {
  if (tools === undefined) return undefined;
  if (typeof tools !== "object" || tools === null || Array.isArray(tools)) {
    throw new ConfigurationError("tools has to be an object: requirements by the name of the tool");
  }
  return new Map(
    Object.entries(tools).map(([name, route]) => [name, captureRequirements(route)] as const),
  );
}

/** What the tools that a request calls need; undefined where nobody can tell what it calls. */
function routesOf(
  { method, body }: MandateRequest,
  tools: Tools,
): readonly Requirements[] | undefined {
  if (body === undefined && method !== "POST") return [];
  const called = calledTools(body);
  return called && [...called].flatMap((name) => tools.get(name) ?? []);
}

function answer(res: MandateResponse, { status, headers, body }: Challenge): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(body);
}
