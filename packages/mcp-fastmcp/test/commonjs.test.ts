import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort } from "./support/free-port.js";
import { callTool } from "./support/messages.js";
import { runFile, untilListening } from "./support/module-process.js";
import { bearer, post } from "./support/post.js";
import { stsOfTest } from "./support/sts.js";

const program = fileURLToPath(new URL("children/commonjs-server.cjs", import.meta.url));

test("a program that requires FastMCP as CommonJS is protected as well", async () => {
  const sts = await stsOfTest();
  const port = await freePort();
  const { child, ended } = runFile(program, { ISSUER: sts.issuer, PORT: String(port) });
  const url = `http://127.0.0.1:${port}/mcp`;
  await untilListening(url);
  const call = callTool("write");
  expect((await post(url, call)).status).toBe(401);
  expect((await post(url, call, bearer(sts.mint({ scope: "other" })))).status).toBe(403);
  const allowed = await post(url, call, bearer(sts.mint({ scope: "notes:write" })));
  expect(allowed.text).toContain("WRITTEN");
  child.kill();
  expect((await ended).stderr).toContain("in memory: refused");
});
