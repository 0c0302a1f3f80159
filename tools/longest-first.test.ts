import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { LONGEST } from "./longest-first.js";

test("every file that is to be started first is there", () => {
  const root = new URL("../", import.meta.url);
  expect(LONGEST.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
