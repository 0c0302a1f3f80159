import { readFile } from "node:fs/promises";
import process from "node:process";
import { expect, test, vi } from "vitest";

function read(path: string): Promise<string> {
  return readFile(new URL(path, import.meta.url), "utf8");
}

test("the README's snippet is a file, and the file runs", async () => {
  const snippet = await read("./readme-snippet.ts");
  expect(await read("../README.md")).toContain(`\`\`\`ts\n${snippet}\`\`\`\n`);

  const log = vi.spyOn(console, "log").mockReturnValue(undefined);
  const notice = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await import("./readme-snippet.js");
  const printed = log.mock.calls;
  log.mockRestore();
  notice.mockRestore();
  expect(printed).toStrictEqual([
    [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), expect.any(Object)],
  ]);
});
