import { agentMandate } from "@caracalai/dev-sts";
import { answers } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { callTool, textOf } from "./support/messages.js";
import {
  moduleFile,
  readText,
  replaceAll,
  runFile,
  untilListening,
} from "./support/module-process.js";
import { bearer, post } from "./support/post.js";
import { stsOfTest } from "./support/sts.js";

const readme = readText("../README.md");

// The second one is run by seed-snippet.test.ts.
test("the README's snippets are files that run", () => {
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([
    readText("snippets/protected-server.ts"),
    readText("snippets/seed-verifier.ts"),
  ]);
});

test("the first snippet serves who may, and refuses the others", async () => {
  const sts = await stsOfTest({ zones: ["zone_prod"] });
  const port = await freePort();
  const code = replaceAll(readText("snippets/protected-server.ts"), {
    "https://sts.example.com": sts.issuer,
    "8080": `${port}`,
  });
  runFile(moduleFile(code));
  const url = `http://localhost:${port}/mcp`;
  await untilListening(url);

  const agent = sts.mint(agentMandate({ scope: "mcp:tool:call notes:delete" }));
  const served = [callTool("whoami"), callTool("delete_notes")].map(async (message) =>
    (await post(url, message, bearer(agent))).replies.map(textOf),
  );
  expect(await Promise.all(served)).toEqual([["user_dev"], ["Deleted"]]);

  const refused = [undefined, sts.mint(agentMandate()), sts.mint({ scope: "notes:delete" })];
  const statuses = refused.map(async (token) => {
    const { status, text } = await post(url, callTool("delete_notes"), bearer(token));
    return [status, JSON.parse(text).error];
  });
  expect(await Promise.all(statuses)).toEqual([
    [401, "missing_token"],
    [403, "insufficient_scope"],
    [403, "insufficient_scope"],
  ]);
});

test("the README's table of codes is the table in the source", () => {
  const rows = [...readme.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| (\d+) +\|/gm)];
  const documented = rows.flatMap(([, codes = "", status]) =>
    [...codes.matchAll(/\w+/g)].map(([code]) => [code, Number(status)]),
  );
  expect(Object.fromEntries(documented)).toEqual(
    Object.fromEntries(Object.entries(answers).map(([code, { status }]) => [code, status])),
  );
});
