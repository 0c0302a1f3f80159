import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);

test("every proof that SECURITY.md names is there", () => {
  const table = readFileSync(new URL("SECURITY.md", root), "utf8").split("## Threats")[1] ?? "";
  const files = [...table.matchAll(/`([\w./-]+\.(?:ts|json|md))`/g)].map(([, file]) => file ?? "");
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
});
