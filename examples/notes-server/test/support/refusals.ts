import { agentMandate, type DevSts, delegatedMandate } from "@caracalai/dev-sts";
import { callOf, type Message } from "./post.js";
import { ALL_SCOPES } from "./start-sts.js";

/** One request that is refused, and the whole answer to it. */
export interface Refusal {
  readonly code: string;
  readonly what: string;
  /** Default "plain". */
  readonly server?: ServerName;
  /** Default: a call of `whoami`, which needs no more than the server itself. */
  readonly message?: Message;
  readonly token: (sts: DevSts) => string | undefined | Promise<string>;
  readonly status: number;
  /** Of `WWW-Authenticate`, what stands before the metadata; null where there is no such header. */
  readonly challenge: string | null;
  readonly retryAfter?: string;
  readonly description: string;
  readonly hint: string;
}

type ServerName = "plain" | "chained" | "cut off" | "steered";

const now = () => Math.floor(Date.now() / 1_000);
const otherKid = "kid_of_nobody";

/** Which check refused the token is for the operator: the hint alone tells them apart. */
const invalidTokens: readonly Refusal[] = (
  [
    [
      "no token at all (encoding)",
      () => "nonsense",
      "The token is not three strict base64url parts (RFC 7515 section 7.1).",
    ],
    [
      "padding (encoding)",
      (sts) => `${sts.mint()}=`,
      "The token is not three strict base64url parts (RFC 7515 section 7.1).",
    ],
    [
      "a critical extension (header)",
      (sts) => sts.mint({}, { header: { crit: ["exp"] } }),
      "The JOSE header is not a plain JSON object of a signed JWT, or asks for an extension that is not supported.",
    ],
    [
      "alg none (algorithm)",
      (sts) => sts.mint({}, { header: { alg: "none" } }),
      "The token is not signed with ES256, the only algorithm accepted.",
    ],
    [
      "no key id (kid)",
      (sts) => sts.mint({}, { header: { kid: undefined } }),
      "The JOSE header has no usable key id.",
    ],
    [
      "an unknown key id (key)",
      (sts) => sts.mint({}, { kid: otherKid }),
      "No key with this key id is in the key set of the configured zone. If keys were rotated moments ago, the next look at the key set comes within 30 seconds.",
    ],
    [
      "a foreign key (signature)",
      (sts) => sts.mint({}, { signWith: "foreign" }),
      "The signature does not verify with the key that the token names.",
    ],
    [
      "a changed payload (signature)",
      (sts) => sts.mint({}, { tamper: "payload" }),
      "The signature does not verify with the key that the token names.",
    ],
    [
      "another issuer (issuer)",
      (sts) => sts.mint({ iss: `${sts.issuer}/` }),
      "The token's issuer differs from the configured issuer. The comparison is exact.",
    ],
    [
      "another audience (audience)",
      (sts) => sts.mint({ aud: ["https://mcp.example.com/"] }),
      "The token was issued for another resource: its audience lacks the configured one.",
    ],
    [
      "expired (expiry)",
      (sts) => sts.mint({}, { now: now() - 901 }),
      "The token has expired. Mandates are short-lived: the client has to fetch a new one.",
    ],
    [
      "issued in the future (time)",
      (sts) => sts.mint({}, { now: now() + 600 }),
      "The token's issue or not-before time lies in the future or after its expiry. Compare the clocks of the STS and of this server.",
    ],
    [
      "good for too long (lifetime)",
      (sts) => sts.mint({ iat: now(), exp: now() + 7_200 }),
      "The token lives longer than maxLifetimeSeconds.",
    ],
    [
      "no subject (claim)",
      (sts) => sts.mint({ sub: undefined }),
      "A claim that mandates must have is missing, or a claim is of the wrong type.",
    ],
    [
      "a session mandate (use)",
      (sts) => sts.mint({ use: "session" }),
      "The token is not a resource mandate. A session mandate is for the STS alone.",
    ],
  ] satisfies readonly [string, Refusal["token"], string][]
).map(([what, token, hint]) => ({
  code: "invalid_token",
  what,
  token,
  status: 401,
  challenge: 'Bearer error="invalid_token", error_description="Token validation failed"',
  description: "Token validation failed",
  hint,
}));

const zones: readonly Refusal[] = (
  [
    ["another zone", (sts) => sts.mint({ zone_id: "zone_other" })],
    ["no zone", (sts) => sts.mint({ zone_id: undefined })],
  ] satisfies readonly [string, Refusal["token"]][]
).map(([what, token]) => ({
  code: "invalid_zone",
  what,
  token,
  status: 401,
  challenge: 'Bearer error="invalid_token", error_description="Token zone validation failed"',
  description: "Token zone validation failed",
  hint: "The token belongs to a zone that this server is not configured for.",
}));

const scopes: readonly Refusal[] = (
  [
    ["of the whole server", callOf("whoami"), "notes:read", "mcp:tool:call", "mcp:tool:call"],
    [
      "of one tool",
      callOf("read_notes"),
      "mcp:tool:call notes:rea",
      "notes:read",
      "mcp:tool:call notes:read",
    ],
    [
      "of another tool",
      callOf("pay"),
      "mcp:tool:call notes:read",
      "payments:write",
      "mcp:tool:call payments:write",
    ],
    [
      "of a resource",
      { method: "resources/read", params: { uri: "notes://all" } },
      "mcp:tool:call",
      "notes:read",
      "mcp:tool:call notes:read",
    ],
    [
      "of a prompt",
      { method: "prompts/get", params: { name: "summarise" } },
      "mcp:tool:call",
      "notes:read",
      "mcp:tool:call notes:read",
    ],
  ] satisfies readonly [string, Message, string, string, string][]
).map(([what, message, granted, missing, needed]) => ({
  code: "insufficient_scope",
  what,
  message,
  token: (sts) => sts.mint({ scope: granted }),
  status: 403,
  challenge: `Bearer error="insufficient_scope", error_description="Missing scope: ${missing}", scope="${needed}"`,
  description: `Missing scope: ${missing}`,
  hint: `The operation needs: ${needed}. Grant what is missing to the application, or ask the STS for it.`,
}));

/** Every code, in the order of the table of codes. */
export const refusals: readonly Refusal[] = [
  {
    code: "missing_token",
    what: "no Authorization header",
    token: () => undefined,
    status: 401,
    challenge: 'Bearer scope="mcp:tool:call"',
    description: "Missing bearer token",
    hint: "The request has no Authorization header with a bearer token.",
  },
  {
    code: "missing_token",
    what: "on a tool that needs more",
    message: callOf("read_notes"),
    token: () => undefined,
    status: 401,
    challenge: 'Bearer scope="mcp:tool:call notes:read"',
    description: "Missing bearer token",
    hint: "The request has no Authorization header with a bearer token.",
  },
  ...invalidTokens,
  ...zones,
  {
    code: "session_revoked",
    what: "a revoked session",
    server: "steered",
    token: async (sts) => {
      await sts.revoke("session_gone");
      return sts.mint({ sid: "session_gone" });
    },
    status: 401,
    challenge: 'Bearer error="invalid_token", error_description="Session revoked"',
    description: "Session revoked",
    hint: "The session, the agent session or the delegation edge of this mandate was revoked.",
  },
  {
    code: "delegation_stale",
    what: "issued before the delegation graph changed",
    server: "steered",
    token: async (sts) => {
      const token = sts.mint(delegatedMandate());
      await sts.bumpEpoch();
      return token;
    },
    status: 401,
    challenge: 'Bearer error="invalid_token", error_description="Delegation graph changed"',
    description: "Delegation graph changed",
    hint: "The zone's delegation graph changed after this mandate was issued: the client has to fetch a new one.",
  },
  ...scopes,
  {
    code: "agent_required",
    what: "a user on a tool for agents",
    message: callOf("delete_notes"),
    token: (sts) => sts.mint({ scope: ALL_SCOPES }),
    status: 403,
    challenge: 'Bearer error="insufficient_scope", error_description="Agent identity required"',
    description: "Agent identity required",
    hint: "The operation is for agents: the mandate has to be issued to an agent session.",
  },
  {
    code: "delegation_required",
    what: "an agent without delegation on pay",
    message: callOf("pay"),
    token: (sts) => sts.mint(agentMandate({ scope: ALL_SCOPES })),
    status: 403,
    challenge: 'Bearer error="insufficient_scope", error_description="Delegation required"',
    description: "Delegation required",
    hint: "The operation is for delegated authority: the mandate has to be issued over a delegation edge.",
  },
  {
    code: "chain_mismatch",
    what: "a chain without an application that is required",
    server: "chained",
    token: (sts) => sts.mint(delegatedMandate({ hops: 1 })),
    status: 403,
    challenge:
      'Bearer error="insufficient_scope", error_description="Delegation chain missing application: app_2"',
    description: "Delegation chain missing application: app_2",
    hint: "The authority has to come through this application.",
  },
  {
    code: "hop_count_exceeded",
    what: "three hops on a tool for two",
    message: callOf("pay"),
    token: (sts) => sts.mint(delegatedMandate({ hops: 3, scope: ALL_SCOPES })),
    status: 403,
    challenge: 'Bearer error="insufficient_scope", error_description="Hop count exceeded"',
    description: "Hop count exceeded",
    hint: "The authority was delegated more often than the 2 times that are allowed.",
  },
  {
    code: "hop_count_exceeded",
    what: "eleven hops anywhere",
    token: (sts) => sts.mint(delegatedMandate({ hops: 11 })),
    status: 403,
    challenge: 'Bearer error="insufficient_scope", error_description="Hop count exceeded"',
    description: "Hop count exceeded",
    hint: "The authority was delegated more often than the 10 times that are allowed.",
  },
  {
    code: "verification_unavailable",
    what: "an STS that is down",
    server: "cut off",
    token: (sts) => sts.mint(),
    status: 503,
    challenge: null,
    retryAfter: "1",
    description: "Verification unavailable",
    hint: "The key set of the STS could not be fetched. Check that the issuer is reachable from this server; the token itself was not judged.",
  },
];
