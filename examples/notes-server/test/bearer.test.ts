import { describe, expect, test } from "vitest";
import { modes } from "./support/modes.js";
import { initialize } from "./support/post.js";
import { postRaw } from "./support/post-raw.js";
import { environmentOf, startServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

const sts = await startSts();
const token = sts.mint();
const other = sts.mint({ sub: "user_other" });

/** What a request carries: `Authorization` headers as they go over the wire, a query, a body. */
interface Request {
  readonly authorization: readonly string[];
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

const accepted: readonly [what: string, request: Request][] = [
  ["Bearer", { authorization: [`Bearer ${token}`] }],
  ["bearer", { authorization: [`bearer ${token}`] }],
  ["BEARER", { authorization: [`BEARER ${token}`] }],
  ["two spaces", { authorization: [`Bearer  ${token}`] }],
  ["nonsense in the query", { authorization: [`Bearer ${token}`], query: "?access_token=no" }],
];

const refused: readonly [what: string, error: string, request: Request][] = [
  ["no header", "missing_token", { authorization: [] }],
  ["an empty header", "missing_token", { authorization: [""] }],
  ["Bearer alone", "missing_token", { authorization: ["Bearer"] }],
  ["Bearer and a space", "missing_token", { authorization: ["Bearer "] }],
  ["Basic", "missing_token", { authorization: [`Basic ${token}`] }],
  ["another scheme", "missing_token", { authorization: [`BearerX ${token}`] }],
  ["the token alone", "missing_token", { authorization: [token] }],
  ["in the query", "missing_token", { authorization: [], query: `?access_token=${token}` }],
  ["in the query, by scheme", "missing_token", { authorization: [], query: `?Bearer=${token}` }],
  ["in the body", "missing_token", { authorization: [], body: { access_token: token } }],
  ["two headers", "invalid_token", { authorization: [`Bearer ${token}`, `Bearer ${other}`] }],
  ["one header twice", "invalid_token", { authorization: [`Bearer ${token}`, `Bearer ${token}`] }],
  ["Bearer, then Basic", "invalid_token", { authorization: [`Bearer ${token}`, "Basic YTpi"] }],
  ["Basic, then Bearer", "invalid_token", { authorization: ["Basic YTpi", `Bearer ${token}`] }],
  ["two tokens", "invalid_token", { authorization: [`Bearer ${token} ${other}`] }],
  ["a comma list", "invalid_token", { authorization: [`Bearer ${token},Bearer ${other}`] }],
  ["a comma after it", "invalid_token", { authorization: [`Bearer ${token},`] }],
  ["a parameter after it", "invalid_token", { authorization: [`Bearer ${token} realm="x"`] }],
  ["a tab for the space", "invalid_token", { authorization: [`Bearer\t${token}`] }],
  ["a no-break space", "invalid_token", { authorization: [`Bearer\u00a0${token}`] }],
  ["a colon", "invalid_token", { authorization: [`Bearer: ${token}`] }],
  ["quotes", "invalid_token", { authorization: [`Bearer "${token}"`] }],
  ["12 KB of nothing", "invalid_token", { authorization: [`Bearer ${"a".repeat(12_000)}`] }],
];

const servers = await Promise.all(
  modes.map(async ({ mode, environment }) => {
    const { url } = await startServer({ ...environmentOf(sts), ...environment });
    return { mode, url };
  }),
);

describe.concurrent.each(servers)("$mode", ({ url }) => {
  const send = ({ authorization, query = "", body }: Request) =>
    postRaw(`${url}${query}`, { ...initialize, ...body }, authorization);

  test.each(accepted)("accepted: %s", async (_what, request) => {
    expect((await send(request)).status).toBe(200);
  });

  test.each(refused)("refused: %s (%s)", async (_what, error, request) => {
    expect(await send(request)).toMatchObject({ status: 401, body: { error } });
  });

  // Node itself refuses it, and may also cut the connection. Uvicorn may read it to its end first.
  test("refused: 64 KB", async () => {
    const tooLong = send({ authorization: [`Bearer ${"a".repeat(65_536)}`] });
    const outcome = await tooLong.then(
      ({ status, body }) => (status === 401 ? body : status),
      () => "cut off",
    );
    const answers = [431, "cut off", expect.objectContaining({ error: "invalid_token" })];
    expect(answers).toContainEqual(outcome);
    expect((await send({ authorization: [] })).status).toBe(401);
  });
});
