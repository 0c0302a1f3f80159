import { createRequire } from "node:module";
import { FastMCP, FastMCPSession } from "fastmcp";

/** A method of FastMCP's, before anyone has looked at its arguments. */
export type Method<This> = (this: This, ...values: never[]) => unknown;

/** The two classes that are watched, in one copy of the package. */
export interface FastMcpCopy {
  readonly FastMCP: { readonly prototype: object };
  readonly FastMCPSession: { readonly prototype: object };
}

const wrapped = new WeakSet<object>();

/**
 * The copies of FastMCP that were not seen before: as imported and, where a program has required the
 * package as CommonJS by now, that one. It brings its classes twice, and a server may be of either.
 */
export function newCopies(): readonly FastMcpCopy[] {
  const { cache, resolve } = createRequire(import.meta.url);
  const required = cache[resolve("fastmcp")]?.exports as FastMcpCopy | undefined;
  const copies: FastMcpCopy[] = [{ FastMCP, FastMCPSession }];
  if (required?.FastMCP !== undefined) copies.push(required);
  return copies.filter((copy) => {
    const isNew = !wrapped.has(copy.FastMCP);
    wrapped.add(copy.FastMCP);
    return isNew;
  });
}

/** Puts another method in the place of a public one of FastMCP's, and gives it the original. */
export function wrapMethod<This, M extends Method<This>>(
  prototype: object,
  name: string,
  wrap: (original: M) => M,
): void {
  const methods = prototype as Record<string, M>;
  const original = methods[name];
  if (typeof original !== "function") throw new Error(`This version of FastMCP has no ${name}`);
  methods[name] = wrap(original);
}
