import { delegatedMandate } from "@caracalai/dev-sts";
import { answers } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { Revocations } from "../../demo/src/revocations.js";
import { type Mode, modes } from "./support/modes.js";
import { callOf, initialize, post } from "./support/post.js";
import { refusals } from "./support/refusals.js";
import { environmentOf, startServer } from "./support/start-server.js";
import { startSteered } from "./support/start-steered.js";
import { startSts } from "./support/start-sts.js";

const METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource"';

const revocations = new Revocations();
const [sts, stsThatIsDown] = await Promise.all([startSts({ revocations }), startSts()]);
await stsThatIsDown.pause();

describe.each(await Promise.all(modes.map(startAll)))("$mode", ({ urls }) => {
  test.each(refusals)("$code: $what", async (refusal) => {
    const { server = "plain", message = callOf("whoami") } = refusal;
    const answer = await post(urls[server], message, await refusal.token(sts));
    expect({
      status: answer.status,
      challenge: answer.headers.get("www-authenticate"),
      retryAfter: answer.headers.get("retry-after"),
      contentType: answer.headers.get("content-type")?.split(";")[0],
      cacheControl: answer.headers.get("cache-control"),
      body: answer.body,
    }).toStrictEqual({
      status: refusal.status,
      challenge: refusal.challenge === null ? null : `${refusal.challenge}, ${METADATA}`,
      retryAfter: refusal.retryAfter ?? null,
      contentType: "application/json",
      cacheControl: "no-store",
      body: {
        error: refusal.code,
        error_description: refusal.description,
        error_hint: refusal.hint,
      },
    });
  });

  test("a chain with every application that is required is let in", async () => {
    const token = sts.mint(delegatedMandate({ hops: 2 }));
    expect((await post(urls.chained, initialize, token)).status).toBe(200);
  });

  test("the metadata that challenges point to", async () => {
    const address = new URL("/.well-known/oauth-protected-resource", urls.plain);
    expect(await (await fetch(address)).json()).toStrictEqual({
      resource: "https://mcp.example.com",
      authorization_servers: [sts.issuer],
      bearer_methods_supported: ["header"],
      scopes_supported: ["mcp:tool:call"],
    });
  });
});

test("every code there is stands in the table", () => {
  const codes = new Set(refusals.map(({ code }) => code));
  expect([...codes].sort()).toStrictEqual(Object.keys(answers).sort());
});

async function startAll(mode: Mode) {
  const start = async (environment = {}) =>
    (await startServer({ ...environmentOf(sts), ...mode.environment, ...environment })).url;
  const [plain, chained, cutOff, steered] = await Promise.all([
    start(),
    start({ CARACAL_REQUIRE_CHAIN_CONTAINS: "app_1, app_2" }),
    start({ CARACAL_ISSUER: stsThatIsDown.issuer }),
    startSteered(sts, mode, { revocations }),
  ]);
  const urls = { plain, chained, "cut off": cutOff, steered };
  return { ...mode, urls };
}
