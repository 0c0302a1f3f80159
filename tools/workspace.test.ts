import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const foldersIn = (path: string): string[] =>
  readdirSync(new URL(path, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${path}${entry.name}/`);

const published = foldersIn("packages/").map((folder) => [folder] as const);
const manifests = ["", ...foldersIn("packages/"), ...foldersIn("examples/")].map(
  (folder) => `${folder}package.json`,
);

test("TypeScript is as strict as the project wants it", () => {
  expect(readJson("tsconfig.base.json").compilerOptions).toMatchObject({
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    isolatedDeclarations: true,
  });
});

test.each(["", "tools/mcp-conformance/", "tools/mcp-inspector/"])(
  "%spackage-lock.json names no download addresses",
  (folder) => {
    const packages: Record<string, { readonly resolved?: string; readonly link?: true }> = readJson(
      `${folder}package-lock.json`,
    ).packages;
    const fetched = Object.values(packages).filter(({ link }) => link !== true);
    expect(fetched.length).toBeGreaterThan(100);
    expect(fetched.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  },
);

test.each(manifests)("%s pins its versions and names the oldest Node.js", (path) => {
  const { dependencies = {}, devDependencies = {}, engines } = readJson(path);
  for (const version of Object.values({ ...dependencies, ...devDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
  expect(engines).toEqual({ node: ">=20.19" });
});

test.each(["conformance", "inspector"])("mcp-%s and its Node.js are of one version", (tool) => {
  const { dependencies, optionalDependencies } = readJson(`tools/mcp-${tool}/package.json`);
  for (const version of Object.values({ ...dependencies, ...optionalDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("the platform's crypto is chosen by an import condition: Node's own, else that of the Web", () => {
  expect(readJson("packages/identity/package.json").imports).toEqual({
    "#platform": { node: "./dist/platform/node.js", default: "./dist/platform/web.js" },
  });
});

describe.each(published)("%s", (folder) => {
  test("is ESM, licensed, and built before it is packed", () => {
    expect(readJson(`${folder}package.json`)).toMatchObject({
      type: "module",
      license: "Apache-2.0",
      scripts: { prepack: "tsc -b" },
    });
  });
});
