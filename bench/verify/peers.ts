import { createPublicKey } from "node:crypto";
import { auth } from "express-oauth2-jwt-bearer";
import { createVerifier } from "fast-jwt";
import { createLocalJWKSet, importJWK, type JWK, type JWTVerifyOptions, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { fresh } from "../shared/fresh.js";
import type { Contender } from "./contender.js";
import { AUDIENCE, type Setting } from "./setting.js";

// By a name that the compiler does not follow: its types add members to those of the MCP SDK, for every
// file that is checked with this one.
const MCP_AUTH: string = "mcp-auth/utils/create-verify-jwt.js";

interface McpAuth {
  createVerifyJwt(
    getKey: ReturnType<typeof createLocalJWKSet>,
    options: JWTVerifyOptions,
  ): (token: string) => Promise<object>;
}

/** A contender that takes the token as it is. */
function ofToken(name: string, verify: (token: string) => unknown): Contender {
  return {
    name,
    prepare: (token) => {
      const text = fresh(token);
      return () => verify(text);
    },
  };
}

/**
 * What npm has for the same: each at its best, with the key imported before where it takes one. None
 * of them looks at zone, revocation or delegation.
 */
export async function peers(setting: Setting): Promise<readonly Contender[]> {
  const { jwk, sts } = setting;
  const keyObject = createPublicKey({ format: "jwk", key: jwk });
  const { createVerifyJwt } = (await import(MCP_AUTH)) as McpAuth;
  const joseKey = await importJWK(jwk as JWK, "ES256");
  const expected = { issuer: sts.issuer, audience: AUDIENCE };
  const fast = {
    key: keyObject.export({ type: "spki", format: "pem" }),
    algorithms: ["ES256" as const],
    allowedIss: sts.issuer,
    allowedAud: AUDIENCE,
  };
  const jose = { ...expected, algorithms: ["ES256"] };
  return [
    ofToken("fast-jwt", createVerifier({ ...fast, cache: false })),
    ofToken("fast-jwt, cache", createVerifier({ ...fast, cache: 10_000 })),
    ofToken("jsonwebtoken", (token) => jsonwebtoken.verify(token, keyObject, jose)),
    ofToken("jose", (token) => jwtVerify(token, joseKey, jose)),
    ofToken("mcp-auth", createVerifyJwt(createLocalJWKSet({ keys: [jwk as JWK] }), jose)),
    expressMiddleware(setting),
  ];
}

/** The middleware is called as Express would, with as much of a request as it reads. */
function expressMiddleware({ sts, keySetUrl }: Setting): Contender {
  const handler = auth({
    issuer: sts.issuer,
    audience: AUDIENCE,
    jwksUri: keySetUrl,
    dpop: { enabled: false },
  });
  type Arguments = Parameters<typeof handler>;
  const response = {} as Arguments[1];
  const request = {
    method: "POST",
    protocol: "https",
    originalUrl: "/mcp",
    query: {},
    app: { get: () => () => false },
    get: (name: string) => (name === "Host" ? "mcp.example.com" : undefined),
    is: () => false,
  };
  return ofToken("express-oauth2-jwt-bearer", (token) => {
    const headers = { host: "mcp.example.com", authorization: `Bearer ${token}` };
    return new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      const incoming = { ...request, headers } as unknown as Arguments[0];
      void handler(incoming, response, next as Arguments[2]);
    });
  });
}
