import { once } from "node:events";
import { request } from "node:http";
import { json } from "node:stream/consumers";
import type { DevSts } from "@caracalai/dev-sts";
import { describe, expect, test } from "vitest";
import { startSts } from "./support.js";
import {
  application,
  basic,
  form,
  granted,
  type Parameters,
  refusal,
  requestToken,
} from "./token-requests.js";

const good = { grant_type: "client_credentials" };
const { clientId, clientSecret } = application;
const inBody = { client_id: clientId, client_secret: clientSecret };

function start(): Promise<DevSts> {
  return startSts({ applications: [application, { ...application, clientId: "app_other" }] });
}

describe("a client", () => {
  test.each<[string, Parameters, Record<string, string>]>([
    ["in the header", good, { authorization: basic() }],
    [
      "in the header, the scheme in capitals",
      good,
      {
        authorization: basic().replace("Basic", "BASIC"),
      },
    ],
    ["in the body", { ...good, ...inBody }, {}],
    [
      "in the header, and its id in the body",
      { ...good, client_id: clientId },
      {
        authorization: basic(),
      },
    ],
  ])("may authenticate %s", async (_what, parameters, headers) => {
    const sts = await start();
    expect((await granted(requestToken(sts, form(parameters), headers))).token_type).toBe("Bearer");
  });

  test("may encode id and secret in the header, as RFC 6749 has it, or leave them as they are", async () => {
    const hard = { clientId: "app~/notes=&", clientSecret: "se:cr/et=?&!~" };
    const sts = await startSts({ applications: [{ ...application, ...hard }] });
    const encoded = Object.values(hard).map(encodeURIComponent).join(":");
    for (const authorization of [basic(hard), `Basic ${btoa(encoded)}`]) {
      await granted(requestToken(sts, form(good), { authorization }));
    }
  });

  const wrong = { ...application, clientSecret: "wrong" };
  test.each<[string, Parameters, Record<string, string>]>([
    ["nothing", good, {}],
    ["an unknown id", good, { authorization: basic({ ...application, clientId: "app_x" }) }],
    ["a wrong secret", good, { authorization: basic(wrong) }],
    [
      "a part of the secret",
      good,
      {
        authorization: basic({ ...application, clientSecret: clientSecret.slice(0, -1) }),
      },
    ],
    ["an empty secret", good, { authorization: basic({ ...application, clientSecret: "" }) }],
    ["an empty id", good, { authorization: basic({ ...application, clientId: "" }) }],
    ["no colon", good, { authorization: `Basic ${btoa(clientId)}` }],
    ["no base64", good, { authorization: "Basic !" }],
    ["no UTF-8", good, { authorization: `Basic ${btoa("\xff:\xff")}` }],
    ["a wrong percent-encoding", good, { authorization: `Basic ${btoa("%:%zz")}` }],
    ["another scheme", good, { authorization: `Bearer ${clientSecret}` }],
    ["a scheme before the scheme", good, { authorization: `Digest ${basic()}` }],
    ["something behind it all", good, { authorization: `${basic()} x` }],
    ["its id alone", { ...good, client_id: clientId }, {}],
    ["its secret alone", { ...good, client_secret: clientSecret }, {}],
    ["an empty secret in the body", { ...good, client_id: clientId, client_secret: "" }, {}],
    ["a wrong secret in the body", { ...good, ...inBody, client_secret: "wrong" }, {}],
    ["an inherited name", { ...good, ...inBody, client_id: "constructor" }, {}],
    ["nothing, and an unknown grant", { grant_type: "password" }, {}],
  ])("with %s is refused as invalid_client", async (_what, parameters, headers) => {
    const sts = await start();
    expect(await refusal(requestToken(sts, form(parameters), headers))).toBe("401 invalid_client");
  });

  test.each<[string, Parameters, string[]]>([
    ["header and body", { ...good, ...inBody }, [basic()]],
    ["header, and a secret in the body", { ...good, client_secret: "x" }, [basic()]],
    ["header, and another id in the body", { ...good, client_id: "app_other" }, [basic()]],
    ["another scheme, and its id in the body", { ...good, client_id: clientId }, ["Bearer x"]],
    ["two headers", good, [basic(), basic()]],
  ])("with %s is refused as invalid_request", async (_what, parameters, authorization) => {
    const sts = await start();
    const outgoing = request(`${sts.issuer}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    // Node writes a header for each value.
    outgoing.setHeader("authorization", authorization);
    const answered = once(outgoing, "response");
    outgoing.end(form(parameters).toString());
    const [response] = await answered;
    expect(response.statusCode).toBe(400);
    expect(await json(response)).toMatchObject({ error: "invalid_request" });
  });

  test("that nobody configured is refused", async () => {
    const sts = await startSts();
    expect(await refusal(requestToken(sts, form(good)))).toBe("401 invalid_client");
  });
});

describe("a request", () => {
  test.each<[string, string, Parameters]>([
    ["without a grant", "400 invalid_request", {}],
    ["with an empty grant", "400 invalid_request", { grant_type: "" }],
    ["with two grants", "400 invalid_request", { grant_type: ["client_credentials", "x"] }],
    ["with a parameter twice", "400 invalid_request", { ...good, scope: ["a", "b"] }],
    ["with a parameter twice, once empty", "400 invalid_request", { ...good, scope: ["", "a"] }],
    ["with an unknown parameter twice", "400 invalid_request", { ...good, x: ["1", "1"] }],
    ["with a resource twice", "400 invalid_request", { ...good, resource: ["x:y", "x:y"] }],
    ["with an audience twice", "400 invalid_request", { ...good, audience: ["x", "x"] }],
    ["for another grant", "400 unsupported_grant_type", { grant_type: "authorization_code" }],
    ["for a grant in capitals", "400 unsupported_grant_type", { grant_type: "CLIENT_CREDENTIALS" }],
    ["for an inherited name", "400 unsupported_grant_type", { grant_type: "constructor" }],
  ])("%s is answered %s", async (_what, expected, parameters) => {
    const sts = await start();
    expect(await refusal(requestToken(sts, form(parameters)))).toBe(expected);
  });

  test("with an unknown parameter is answered", async () => {
    const sts = await start();
    await granted(requestToken(sts, `${form(good)}&x=1&__proto__=2&constructor=3`));
  });

  test.each([
    ["application/json", "400 invalid_request"],
    ["text/plain", "400 invalid_request"],
    ["application/x-www-form-urlencoded-not", "400 invalid_request"],
    ["application/x-www-form-urlencoded; charset=iso-8859-1", "400 invalid_request"],
    ["application/x-www-form-urlencoded; charset=utf-8x", "400 invalid_request"],
    ["x-application/x-www-form-urlencoded", "400 invalid_request"],
    ["multipart/form-data; boundary=x", "400 invalid_request"],
    ["", "400 invalid_request"],
  ])("of the type %j is refused", async (type, expected) => {
    const sts = await start();
    const headers = { authorization: basic(), "content-type": type };
    expect(await refusal(requestToken(sts, form(good), headers))).toBe(expected);
  });

  test.each([
    "APPLICATION/X-WWW-FORM-URLENCODED",
    "application/x-www-form-urlencoded;charset=UTF-8",
    'application/x-www-form-urlencoded ; charset="utf-8"',
  ])("of the type %j is answered", async (type) => {
    const sts = await start();
    const headers = { authorization: basic(), "content-type": type };
    await granted(requestToken(sts, form(good).toString(), headers));
  });

  test("of 64 KiB is answered, to its last byte, and a longer one refused", async () => {
    const sts = await start();
    const padded = (size: number) => `${"x=".padEnd(size - 30, "x")}&${form(good)}`;
    expect(padded(64 * 1024)).toHaveLength(64 * 1024);
    await granted(requestToken(sts, padded(64 * 1024)));
    for (const size of [64 * 1024 + 1, 4 * 1024 * 1024]) {
      expect(await refusal(requestToken(sts, padded(size)))).toBe("400 invalid_request");
      const answer = await requestToken(sts, padded(size));
      expect(await answer.json()).toMatchObject({
        error_description: "The body is at most 65536 bytes",
      });
    }
  });

  test("of bytes that are no UTF-8 is refused", async () => {
    const sts = await start();
    const body = Buffer.concat([Buffer.from(form(good).toString()), Buffer.from([0x26, 0xff])]);
    expect(await refusal(requestToken(sts, body))).toBe("400 invalid_request");
  });

  test("with parameters in its address is refused, whatever they are", async () => {
    const sts = await start();
    const headers = { authorization: basic() };
    for (const query of ["client_secret=x", "scope=notes:read", "x"]) {
      const url = `${sts.issuer}/oauth/token?${query}`;
      const answer = fetch(url, { method: "POST", headers, body: form(good) });
      expect(await refusal(answer)).toBe("400 invalid_request");
    }
  });

  test("of another method is refused", async () => {
    const sts = await start();
    const response = await fetch(`${sts.issuer}/oauth/token`);
    expect([response.status, response.headers.get("allow")]).toStrictEqual([405, "POST"]);
  });
});
