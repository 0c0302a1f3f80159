import {
  type ProtectableServerOptions,
  protectServer,
  type ServerProtection,
} from "@caracalai/mcp-fastmcp";
import { ConfigurationError, createMandateVerifier } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";
import { describe, expect, test } from "vitest";
import { callTool } from "./support/messages.js";
import { bearer, post } from "./support/post.js";
import { sampleServer, serverOptions } from "./support/sample-server.js";
import { startForTest } from "./support/start-server.js";
import { optionsFor, stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const verifier = verifierFor(sts);
const authenticate = async () => undefined;

test.each<readonly [string, unknown, unknown, string]>([
  ["no options", undefined, { verifier }, "options has to be an object"],
  ["options of null", null, { verifier }, "options has to be an object"],
  ["no protection", serverOptions, undefined, "protection has to be an object"],
  ["protection of null", serverOptions, null, "protection has to be an object"],
  ["own authenticate", { ...serverOptions, authenticate }, { verifier }, "sets authenticate"],
  ["own auth", { ...serverOptions, auth: {} }, { verifier }, "sets auth"],
  ["own oauth", { ...serverOptions, oauth: { enabled: false } }, { verifier }, "sets oauth"],
  ["own oauth, undefined", { ...serverOptions, oauth: undefined }, { verifier }, "sets oauth"],
  ["no verifier", serverOptions, {}, "verifier is missing"],
  ["a verifier of null", serverOptions, { verifier: null }, "verifier is missing"],
  ["the verifier itself", serverOptions, verifier, "unknown option issuer"],
  ["options of a verifier", serverOptions, { verifier: optionsFor(sts) }, "verifier is missing"],
  ["a misspelt option", serverOptions, { verifier, ressource: "https://a" }, "option ressource"],
  ["a resource that is no URL", serverOptions, { verifier, resource: "mcp" }, "resource has"],
  ["http on another host", serverOptions, { verifier, resource: "http://a.example" }, "resource"],
  ["a resource of a number", serverOptions, { verifier, resource: 7 }, "resource"],
  ["no issuer at all", serverOptions, { verifier, authorizationServers: [] }, "authorizationServ"],
  [
    "an issuer that is no URL",
    serverOptions,
    { verifier, authorizationServers: ["sts"] },
    "has to",
  ],
  ["a scope with a quote", serverOptions, { verifier, scopesSupported: ['"'] }, "scopesSupported"],
  [
    "an audience that is no URL",
    serverOptions,
    { verifier: verifierFor(sts, { audience: "notes" }) },
    "resource is missing",
  ],
])("refuses %s", (_name, options, protection, message) => {
  const protect = () =>
    protectServer(options as ProtectableServerOptions, protection as ServerProtection);
  expect(protect).toThrow(ConfigurationError);
  expect(protect).toThrow(message);
});

test("takes an audience that is no URL where the resource is named", () => {
  const other = verifierFor(sts, { audience: "notes" });
  expect(protectServer(serverOptions, { verifier: other, resource: "https://a" })).toMatchObject({
    oauth: { protectedResource: { resource: "https://a" } },
  });
});

test("the caller's options stay as they are", () => {
  const options = Object.freeze({ ...serverOptions, instructions: "Ask." });
  const before = { ...options };
  const result = protectServer(options, Object.freeze({ verifier }));
  expect(options).toStrictEqual(before);
  expect(result).not.toBe(options);
  expect(result).toMatchObject({ ...serverOptions, instructions: "Ask." });
});

test("the use of five lines is one that the compiler takes", async () => {
  const mandates = createMandateVerifier(optionsFor(sts));
  const server = new FastMCP(
    protectServer({ name: "notes", version: "0.1.0" }, { verifier: mandates }),
  );
  server.addTool({ name: "hello", execute: async (_, { session }) => `Hello, ${session?.sub}` });
  expect(server.options.name).toBe("notes");
});

describe("an onToolCall of the user's own", async () => {
  const calls: unknown[] = [];
  const { server, runs } = sampleServer(verifier, {
    onToolCall: async (call) => {
      calls.push(call);
      if (call.arguments.id === "blocked") throw new Error("not this one");
    },
  });

  test("runs after the check, for what is let in, and can block it", async () => {
    const { url } = await startForTest(server);
    const writer = bearer(sts.mint({ scope: "notes:write" }));
    const refused = [
      await post(url, callTool("write")),
      await post(url, callTool("write"), bearer(sts.mint())),
      await post(url, callTool("write"), bearer(sts.mint({}, { tamper: "signature" }))),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 401]);
    expect(calls).toEqual([]);

    await post(url, callTool("write", { id: "1" }), writer);
    await post(url, callTool("open"), writer);
    const blocked = await post(url, callTool("write", { id: "blocked" }), writer);
    expect(blocked.replies).toMatchObject([{ result: { isError: true } }]);
    expect(calls).toEqual([
      { toolName: "write", arguments: { id: "1" } },
      { toolName: "open", arguments: {} },
      { toolName: "write", arguments: { id: "blocked" } },
    ]);
    expect(runs).toEqual(["write", "open"]);
  });
});
