import {
  ConfigurationError,
  type ProtectedResourceOptions,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const base = {
  resource: "https://mcp.example.com/mcp",
  authorizationServers: ["https://sts.example.com"],
};

describe("protectedResourceMetadata", () => {
  test("with all there is to say", () => {
    const metadata = protectedResourceMetadata({ ...base, scopesSupported: ["a", "b", "a"] });
    expect(metadata).toStrictEqual({
      resource: "https://mcp.example.com/mcp",
      authorization_servers: ["https://sts.example.com"],
      bearer_methods_supported: ["header"],
      scopes_supported: ["a", "b"],
    });
    expect([metadata, ...Object.values(metadata)].every(Object.isFrozen)).toBe(true);
  });

  test.each([{}, { scopesSupported: undefined }, { scopesSupported: [] }])(
    "says nothing of scopes where there are none: %o",
    (options) => {
      const metadata = protectedResourceMetadata({ ...base, ...options });
      expect(metadata).not.toHaveProperty("scopes_supported");
    },
  );

  test("takes loopback servers for development", () => {
    const resource = "http://localhost:3000/mcp";
    const authorizationServers = ["http://127.0.0.1:8787", "http://[::1]"];
    expect(protectedResourceMetadata({ resource, authorizationServers })).toMatchObject({
      resource,
      authorization_servers: authorizationServers,
    });
  });

  test.each<readonly [object, RegExp]>([
    [{ resource: undefined }, /^resource is missing/],
    [{ resource: "mcp.example.com" }, /^resource has to be an https URL/],
    [{ resource: "http://mcp.example.com" }, /^resource has to be an https URL/],
    [{ resource: "https://mcp.example.com?a" }, /^resource has to be an https URL/],
    [{ resource: "https://mcp.example.com#a" }, /^resource has to be an https URL/],
    [{ resource: "" }, /^resource has to be/],
    [{ authorizationServers: undefined }, /^authorizationServers has to name one at least/],
    [{ authorizationServers: [] }, /^authorizationServers has to name one at least/],
    [{ authorizationServers: "https://sts.example.com" }, /^authorizationServers has to be a list/],
    [{ authorizationServers: [""] }, /^authorizationServers\[0\] has to be/],
    [
      { authorizationServers: ["sts.example.com"] },
      /^authorizationServers\[0\] has to be an https/,
    ],
    [
      { authorizationServers: ["https://a.example", "http://b.example"] },
      /^authorizationServers\[1\] has to be an https/,
    ],
    [{ scopesSupported: "a" }, /^scopesSupported has to be a list/],
    [{ scopesSupported: ["a b"] }, /^scopesSupported: "a b" is not one scope/],
    [{ scopes_supported: ["a"] }, /^protectedResourceMetadata: unknown option scopes_supported/],
  ])("refuses %o", (options, message) => {
    const create = () =>
      protectedResourceMetadata({ ...base, ...options } as ProtectedResourceOptions);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
  });
});

describe("protectedResourceMetadataUrl (RFC 9728 section 3.1)", () => {
  test.each([
    ["https://resource.example.com", `https://resource.example.com${WELL_KNOWN}`],
    ["https://resource.example.com/", `https://resource.example.com${WELL_KNOWN}`],
    [
      "https://resource.example.com/resource1",
      `https://resource.example.com${WELL_KNOWN}/resource1`,
    ],
    ["https://resource.example.com/a/b", `https://resource.example.com${WELL_KNOWN}/a/b`],
    ["https://resource.example.com/a/", `https://resource.example.com${WELL_KNOWN}/a/`],
    ["https://resource.example.com:8443/mcp", `https://resource.example.com:8443${WELL_KNOWN}/mcp`],
    ["http://localhost:3000", `http://localhost:3000${WELL_KNOWN}`],
    ["http://[::1]:3000/mcp", `http://[::1]:3000${WELL_KNOWN}/mcp`],
    ["https://resource.example.com/a%20b", `https://resource.example.com${WELL_KNOWN}/a%20b`],
  ])("%s", (resource, url) => {
    expect(protectedResourceMetadataUrl(resource)).toBe(url);
  });

  test.each<unknown>([
    undefined,
    null,
    "",
    "mcp",
    "http://mcp.example.com",
    "https://a?b",
    "https://a#",
  ])("refuses %o", (resource) => {
    expect(() => protectedResourceMetadataUrl(resource as string)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        message: expect.stringMatching(/^resource (is missing|has to be )/),
      }),
    );
  });
});
