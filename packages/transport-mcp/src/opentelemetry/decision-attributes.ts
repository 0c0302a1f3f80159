import type { Attributes } from "@opentelemetry/api";
import type { Decision, DecisionItem } from "../decision.js";

/** What a request may name is not ours to bound: a batch is told apart so far, and no further. */
const MAX_ITEMS_ON_SPAN = 64;

/** What using an item is called in MCP: the values of `mcp.method.name`. */
const METHODS: Readonly<Record<DecisionItem["kind"], string>> = {
  tool: "tools/call",
  resource: "resources/read",
  resource_template: "resources/read",
  prompt: "prompts/get",
};

/**
 * What the series of a metric are told apart by: few values each, and of those that are names, as
 * many as `nameOf` lets through. No URIs.
 *
 * @param nameOf - gives the name that a tool or prompt is counted under
 */
export function metricAttributes(decision: Decision, nameOf: (name: string) => string): Attributes {
  return { ...outcomeAttributes(decision), ...itemAttributes(decision.items, nameOf) };
}

/** What a span says: as its metric, and all that the decision was about. */
export function spanAttributes(decision: Decision): Attributes {
  const { items } = decision;
  const [item, ...others] = items;
  const isResource = item?.kind === "resource" && others.length === 0;
  return {
    ...outcomeAttributes(decision),
    ...itemAttributes(items, (name) => name),
    ...(isResource && { "mcp.resource.uri": item.name }),
    ...(item && {
      "caracal.mandate.items": items
        .slice(0, MAX_ITEMS_ON_SPAN)
        .map(({ kind, name }) => `${kind}:${name}`),
    }),
  };
}

/**
 * `error.type` is for operations that failed. A verification that ends in a refusal has done its
 * work, as a server has that answers 403: only where it could not be done is there an error.
 */
function outcomeAttributes(decision: Decision): Attributes {
  const { outcome, code, check, zoneId, cached, stage } = decision;
  return {
    "caracal.mandate.outcome": outcome,
    "caracal.mandate.stage": stage,
    "caracal.mandate.cached": cached,
    ...(code && { "caracal.mandate.code": code }),
    ...(check && { "caracal.mandate.check": check }),
    ...(zoneId && { "caracal.zone.id": zoneId }),
    ...(outcome === "unavailable" && code && { "error.type": code }),
  };
}

/** By MCP's conventions, which know of one item: several in a batch have none in common. */
function itemAttributes(
  [item, ...others]: readonly DecisionItem[],
  nameOf: (name: string) => string,
): Attributes {
  if (item === undefined || others.length > 0) return {};
  const { kind, name } = item;
  return {
    "mcp.method.name": METHODS[kind],
    ...(kind === "tool" && { "gen_ai.tool.name": nameOf(name) }),
    ...(kind === "prompt" && { "gen_ai.prompt.name": nameOf(name) }),
  };
}
