import {
  ConfigurationError,
  captureRequirements,
  errorBody,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import type {
  InputPrompt,
  InputPromptArgument,
  Resource,
  ResourceTemplate,
  ResourceTemplateArgument,
  Tool,
  ToolParameters,
} from "fastmcp";
import { UserError } from "fastmcp";
import { hasMet, requireOfCall } from "./call-context.js";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";
import { markProtected } from "./protected-items.js";

/**
 * A tool that runs only for mandates which meet further requirements. On a server that is not
 * protected it does not run at all.
 *
 * @param route - what its calls need on top of the server's defaults
 * @param tool - the definition for `addTool`; it is not changed
 * @throws ConfigurationError where `route` or the definition is malformed
 */
export function protectTool<Params extends ToolParameters>(
  route: Requirements,
  tool: Tool<Principal, Params>,
): Tool<Principal, Params> {
  const requirements = captureRequirements(route);
  requireFunction("protectTool", tool, "execute");
  const needed = [requirements];
  const execute: typeof tool.execute = (args, context) => {
    const judging = requireOrExplain(needed);
    const run = () => tool.execute(args, context);
    return judging === undefined ? run() : judging.then(run);
  };
  return markProtected({ ...tool, execute }, requirements);
}

/**
 * A resource that loads only for mandates which meet further requirements.
 *
 * @param route - what reading it needs on top of the server's defaults
 * @param resource - the definition for `addResource`; it is not changed
 * @throws ConfigurationError where `route` or the definition is malformed
 */
export function protectResource(
  route: Requirements,
  resource: Resource<Principal>,
): Resource<Principal> {
  return protectLoad(route, resource);
}

/**
 * A resource template whose resources load only for mandates which meet further requirements.
 *
 * @param route - what reading one needs on top of the server's defaults
 * @param template - the definition for `addResourceTemplate`; it is not changed
 * @throws ConfigurationError where `route` or the definition is malformed
 */
export function protectResourceTemplate<
  const Arguments extends ResourceTemplateArgument<Principal>[],
>(
  route: Requirements,
  template: ResourceTemplate<Principal, Arguments>,
): ResourceTemplate<Principal, Arguments> {
  return protectLoad(route, template);
}

/**
 * A prompt that loads only for mandates which meet further requirements.
 *
 * @param route - what getting it needs on top of the server's defaults
 * @param prompt - the definition for `addPrompt`; it is not changed
 * @throws ConfigurationError where `route` or the definition is malformed
 */
export function protectPrompt<const Args extends InputPromptArgument<Principal>[]>(
  route: Requirements,
  prompt: InputPrompt<Principal, Args>,
): InputPrompt<Principal, Args> {
  return protectLoad(route, prompt);
}

/** Something that is loaded when a client asks for it. */
interface Loadable {
  // Of any arguments: definitions are as different as FastMCP's types of them.
  readonly load: (...values: never[]) => Promise<unknown>;
}

function protectLoad<T extends Loadable>(route: Requirements, definition: T): T {
  const requirements = captureRequirements(route);
  requireFunction("protectResource, protectResourceTemplate or protectPrompt", definition, "load");
  const needed = [requirements];
  const load = (...values: never[]): Promise<unknown> => {
    const judging = requireOrExplain(needed);
    const run = () => definition.load(...values);
    return judging === undefined ? run() : judging.then(run);
  };
  return markProtected({ ...definition, load }, requirements);
}

function requireFunction(what: string, definition: unknown, name: string): void {
  if (typeof Object(definition)[name] === "function") return;
  throw new ConfigurationError(`${what}: the definition has no function ${name}`);
}

/**
 * Holds the call that is being served against requirements. Where a transport has no HTTP status to
 * refuse with, the body of the answer is the text of the error. As structured content it would break
 * clients of tools with an output schema.
 *
 * @returns undefined where the request was let in by all of them: then there is nothing to wait for
 */
export function requireOrExplain(routes: readonly Requirements[]): Promise<void> | undefined {
  return hasMet(routes) ? undefined : judgeOrExplain(routes);
}

async function judgeOrExplain(routes: readonly Requirements[]): Promise<void> {
  try {
    await requireOfCall(routes);
  } catch (error) {
    if (!(error instanceof FastMcpAuthError)) throw error;
    throw new UserError(JSON.stringify(errorBody(error)));
  }
}
