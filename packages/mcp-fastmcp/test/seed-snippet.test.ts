import { agentMandate } from "@caracalai/dev-sts";
import { describe, test } from "vitest";
import { type AtEnd, moduleFile, readText, replaceAll, runFile } from "./support/module-process.js";
import { stsOfFile } from "./support/sts.js";

const sts = await stsOfFile({ zones: ["zone_prod"] });
const snippet = replaceAll(readText("snippets/seed-verifier.ts"), {
  "https://sts.example.com": sts.issuer,
});

/** The request that the snippet takes for granted. */
const preload = `globalThis.request = new Request("https://mcp.example.com/mcp", {
  headers: process.env.AUTHORIZATION ? { authorization: process.env.AUTHORIZATION } : {},
});`;

function run(authorization: string, atEnd: AtEnd) {
  const options = ["--import", moduleFile(preload, atEnd)];
  return runFile(moduleFile(snippet, atEnd), { AUTHORIZATION: authorization }, options, atEnd)
    .ended;
}

const agent = (claims = {}) => sts.mint(agentMandate({ scope: "mcp:tool:call a", ...claims }));

describe.concurrent("the snippet of the documentation, as it stands", () => {
  test("prints who is calling", async ({ expect, onTestFinished }) => {
    const { code, stdout, stderr } = await run(`Bearer ${agent()}`, onTestFinished);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "user_dev zone_prod mcp:tool:call a\n",
      stderr: "",
    });
  });

  test.for([
    ["no header", "", "Error: missing bearer token"],
    [
      "a forged mandate",
      `Bearer ${sts.mint(agentMandate(), { signWith: "foreign" })}`,
      "FastMcpAuthError: Token validation failed",
    ],
    [
      "no scope",
      `Bearer ${agent({ scope: "a" })}`,
      "FastMcpAuthError: Missing scope: mcp:tool:call",
    ],
    ["no agent", `Bearer ${sts.mint()}`, "FastMcpAuthError: Agent identity required"],
  ])("fails: %s", async ([, authorization = "", message], { expect, onTestFinished }) => {
    const { code, stdout, stderr } = await run(authorization, onTestFinished);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(authorization.split(".").at(-1) || "never");
  });
});
