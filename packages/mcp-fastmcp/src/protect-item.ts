import {
  captureRequirements,
  errorBody,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import type { InputPrompt, InputPromptArgument, Resource, Tool, ToolParameters } from "fastmcp";
import { UserError } from "fastmcp";
import { requireOfCall } from "./call-context.js";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";
import { markProtected } from "./protection.js";

/**
 * A tool that runs only for mandates which meet further requirements. On a server that is not
 * protected it does not run at all.
 *
 * @param route - what its calls need on top of the server's defaults
 * @param tool - the definition for `addTool`; it is not changed
 * @throws ConfigurationError where `route` is malformed
 */
export function protectTool<Params extends ToolParameters>(
  route: Requirements,
  tool: Tool<Principal, Params>,
): Tool<Principal, Params> {
  const requirements = captureRequirements(route);
  const execute: typeof tool.execute = async (args, context) => {
    await requireOrExplain(requirements);
    return tool.execute(args, context);
  };
  return markProtected({ ...tool, execute }, requirements);
}

/**
 * A resource that loads only for mandates which meet further requirements.
 *
 * @param route - what reading it needs on top of the server's defaults
 * @param resource - the definition for `addResource`; it is not changed
 * @throws ConfigurationError where `route` is malformed
 */
export function protectResource(
  route: Requirements,
  resource: Resource<Principal>,
): Resource<Principal> {
  return protectLoad(route, resource);
}

/**
 * A prompt that loads only for mandates which meet further requirements.
 *
 * @param route - what getting it needs on top of the server's defaults
 * @param prompt - the definition for `addPrompt`; it is not changed
 * @throws ConfigurationError where `route` is malformed
 */
export function protectPrompt<const Args extends InputPromptArgument<Principal>[]>(
  route: Requirements,
  prompt: InputPrompt<Principal, Args>,
): InputPrompt<Principal, Args> {
  return protectLoad(route, prompt);
}

function protectLoad<
  Values extends unknown[],
  Loaded,
  T extends { load: (...values: Values) => Promise<Loaded> },
>(route: Requirements, definition: T & { load: (...values: Values) => Promise<Loaded> }): T {
  const requirements = captureRequirements(route);
  const load = async (...values: Values): Promise<Loaded> => {
    await requireOrExplain(requirements);
    return definition.load(...values);
  };
  return markProtected({ ...definition, load }, requirements);
}

/**
 * Where a transport has no HTTP status to refuse with, the body of the answer is the text of the
 * error. As structured content it would break clients of tools with an output schema.
 */
export async function requireOrExplain(requirements: Requirements): Promise<void> {
  try {
    await requireOfCall(requirements);
  } catch (error) {
    if (!(error instanceof FastMcpAuthError)) throw error;
    throw new UserError(JSON.stringify(errorBody(error)));
  }
}
