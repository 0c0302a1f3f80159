import { once } from "node:events";
import { type RequestListener, request } from "node:http";
import { challenge } from "@caracalai/transport-mcp";
import { createMandateGate, requireMandate } from "@caracalai/transport-mcp/mcp-sdk";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { describe, expect, test } from "vitest";
import { storeOf } from "../support/stores.js";
import { AUDIENCE, stsOfFile, verifierFor } from "../support/sts.js";
import { errorOf } from "../support/verdict.js";
import { listen } from "./support/listen.js";
import { post } from "./support/post.js";

const METADATA = `${AUDIENCE}/metadata`;
const sts = await stsOfFile();
const verifier = verifierFor(sts, { requiredScopes: ["mcp"] });
const down = storeOf({ check: () => Promise.reject(new Error("down")) });

function requestWith(...authorization: string[]): Request {
  const headers = new Headers();
  for (const value of authorization) headers.append("authorization", value);
  return new Request(AUDIENCE, { headers });
}

const good = `Bearer ${sts.mint({ sub: "ada", scope: "mcp notes" })}`;

describe("the answer is that of challenge, to the letter", () => {
  test.each<readonly [number, string, typeof verifier, readonly string[]]>([
    [401, "missing_token", verifier, []],
    [401, "missing_token", verifier, ["Basic a"]],
    [401, "invalid_token", verifier, [`${good} a`]],
    [401, "invalid_token", verifier, [good, good]],
    [401, "invalid_token", verifier, [`Bearer ${sts.mint({}, { signWith: "foreign" })}`]],
    [403, "insufficient_scope", verifier, [`Bearer ${sts.mint({ scope: "notes" })}`]],
    [403, "agent_required", verifier.require({ requireAgent: true }), [good]],
    [503, "verification_unavailable", verifierFor(sts, { revocations: down }), [good]],
  ])("%i %s", async (status, code, judge, headers) => {
    const gate = createMandateGate({ verifier: judge, resourceMetadataUrl: METADATA });
    const result = await gate(requestWith(...headers));
    if (!(result instanceof Response)) throw new Error("was let in");
    const expected = challenge(errorOf(await judge.authorization(headers)), {
      resourceMetadata: METADATA,
    });
    expect(expected).toMatchObject({ status, body: expect.stringContaining(`"${code}"`) });
    expect(result.status).toBe(status);
    expect(Object.fromEntries(result.headers)).toEqual(expected.headers);
    expect(await result.text()).toBe(expected.body);
  });
});

test("resolves to the caller, and leaves the body alone", async () => {
  const headers = { authorization: good };
  const incoming = new Request(AUDIENCE, { method: "POST", headers, body: "{}" });
  const result = await createMandateGate({ verifier })(incoming);
  expect(result).toMatchObject({ token: good.slice("Bearer ".length), scopes: ["mcp", "notes"] });
  expect(await incoming.text()).toBe("{}");
});

test("a route narrows what the verifier asks for", async () => {
  const gate = createMandateGate({ verifier, route: { requiredScopes: ["delete"] } });
  const result = await gate(requestWith(good));
  expect(result).toMatchObject({ status: 403 });
});

describe("on Node", () => {
  const ok = { fetch: async () => new Response("served") };

  test("toNodeHandler shows the gate the first of several headers only", async () => {
    const gate = createMandateGate({ verifier });
    const fetch = async (request: Request) => {
      const caller = await gate(request);
      return caller instanceof Response ? caller : ok.fetch();
    };
    // The handler's type is not made for exactOptionalPropertyTypes.
    const url = await listen(toNodeHandler({ fetch }) as RequestListener);
    expect((await post(url, {}, { authorization: [good, "Bearer a"] })).status).toBe(200);
    expect((await post(url, {}, { authorization: ["Bearer a", good] })).status).toBe(401);
  });

  test("requireMandate before it sees them all, and answers before the body has come", async () => {
    const guard = requireMandate({ verifier });
    const serve = toNodeHandler(ok) as RequestListener;
    const url = await listen((req, res) => void guard(req, res, () => serve(req, res)));
    expect((await post(url, {}, { authorization: [good, "Bearer a"] })).status).toBe(401);
    expect(await post(url, {}, { authorization: good })).toMatchObject({ text: "served" });

    const unfinished = request(url, { method: "POST", headers: { "content-length": 10 } });
    unfinished.flushHeaders();
    const [answer] = await once(unfinished, "response");
    expect(answer.statusCode).toBe(401);
    unfinished.destroy();
  });
});
