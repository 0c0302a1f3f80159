import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface Layer {
  /** Packages of this repository. */
  readonly own: string[];
  /** Modules of Node's, and peers that a user has already. */
  readonly foreign: string[];
  /** Packages that come along. */
  readonly libraries?: string[];
  /** Peers that a user may do without. */
  readonly optional?: string[];
}

/** Who may import whom, and with which dependencies beside that. Dependencies point inward. */
const LAYERS: Readonly<Record<string, Layer>> = {
  identity: { own: [], foreign: ["node:buffer", "node:crypto"] },
  revocation: { own: [], foreign: [] },
  // The clients are known by their shape alone: they are named as peers, and never imported.
  "revocation-redis": {
    own: ["revocation"],
    foreign: ["node:buffer", "node:crypto"],
    optional: ["ioredis", "redis"],
  },
  "transport-mcp": {
    own: ["identity", "revocation"],
    foreign: ["@opentelemetry/api"],
    optional: ["@opentelemetry/api"],
  },
  "mcp-fastmcp": {
    own: ["transport-mcp"],
    // FastMCP's own way of matching URIs to templates: another might tell another template.
    libraries: ["uri-templates"],
    foreign: [
      "fastmcp",
      "node:async_hooks",
      "node:diagnostics_channel",
      "node:http",
      "node:module",
    ],
  },
  "dev-sts": { own: [], foreign: ["node:crypto", "node:http", "node:net", "node:process"] },
};

/** Node's own modules stand where there is another file for other platforms. */
const PLATFORM_FILE = "packages/identity/src/platform/node.ts";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const sources = (layer: string): string[] =>
  readdirSync(new URL(`packages/${layer}/src/`, root), { encoding: "utf8", recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `packages/${layer}/src/${name}`);

/** What a source file imports or re-exports, types included. */
function importsOf(path: string): string[] {
  const statements = read(path).matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*["']([^"']+)["']/g);
  return [...statements].flatMap(([, specifier]) => specifier ?? []);
}

const manifestOf = (layer: string) =>
  JSON.parse(read(`packages/${layer}/package.json`)) as {
    readonly dependencies?: Record<string, string>;
    readonly peerDependencies?: Record<string, string>;
    readonly peerDependenciesMeta?: Record<string, { readonly optional: boolean }>;
  };

test("every package has its place in the layers", () => {
  const packages = readdirSync(new URL("packages/", root));
  expect(packages.sort()).toEqual(Object.keys(LAYERS).sort());
});

test("the import finder finds every form of import", () => {
  const statements = importsOf("tools/layering-samples.txt");
  expect(statements).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
});

describe.each(Object.entries(LAYERS))("%s", (layer, rules) => {
  const { own, foreign, libraries = [], optional = [] } = rules;
  test.each(sources(layer))("%s imports only what its layer may", (path) => {
    const allowed = [...own.map((name) => `@caracalai/${name}`), ...foreign, ...libraries];
    const outside = importsOf(path).filter((name) => !name.startsWith(".") && name !== "#platform");
    expect(outside.filter((name) => !allowed.includes(name))).toEqual([]);
    if (layer === "identity" && path !== PLATFORM_FILE) {
      expect(outside.filter((name) => name.startsWith("node:"))).toEqual([]);
    }
  });

  test("its imports have no circle", () => {
    for (const path of sources(layer)) expect(circleFrom(path)).toEqual([]);
  });

  test("its package depends on what its layer may import, and on nothing else", () => {
    const manifest = manifestOf(layer);
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    expect(Object.keys(dependencies)).toEqual([
      ...own.map((name) => `@caracalai/${name}`),
      ...libraries,
    ]);
    const peers = [...foreign.filter((name) => !name.startsWith("node:")), ...optional];
    expect(Object.keys(peerDependencies)).toEqual([...new Set(peers)]);
    expect(peerDependenciesMeta).toEqual(
      Object.fromEntries(optional.map((name) => [name, { optional: true }])),
    );
  });

  test("its index does without what is optional", () => {
    const reached = reachedFrom(`packages/${layer}/src/index.ts`);
    expect(reached.flatMap(importsOf).filter((name) => optional.includes(name))).toEqual([]);
  });

  test("its index holds named exports only", () => {
    const index = read(`packages/${layer}/src/index.ts`);
    expect(index).not.toMatch(/export\s*\*|export\s+default/);
    expect(index.replace(/^export (type )?\{[^}]*\} from "[^"]+";$/gm, "").trim()).toBe("");
  });
});

/** A file and every file that it imports, itself or through others. */
function reachedFrom(start: string): string[] {
  const reached = new Set([start]);
  for (const path of reached) for (const next of neighboursOf(path)) reached.add(next);
  return [...reached];
}

/** The files that a file imports by their place. */
function neighboursOf(path: string): string[] {
  return importsOf(path)
    .filter((name) => name.startsWith("."))
    .map((name) => new URL(name.replace(/\.js$/, ".ts"), new URL(path, root)))
    .map(({ href }) => href.slice(root.href.length));
}

/** The files on the way from a file back to itself; empty where there is no such way. */
function circleFrom(start: string): string[] {
  const seen = new Set<string>();
  const visit = (path: string, way: string[]): string[] => {
    for (const next of neighboursOf(path)) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const circle = visit(next, [...way, next]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  return visit(start, [start]);
}
