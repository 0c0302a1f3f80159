import { expect, test } from "vitest";
import { STREAM_KEY } from "./support/start-redis.js";
import { type Environment, environmentOf, runServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

const good = environmentOf(await startSts());
const sharing = {
  CARACAL_REDIS_URL: "redis://127.0.0.1:1",
  CARACAL_REVOCATION_KEYS: STREAM_KEY,
};

type Wrong = readonly [what: string, environment: Environment, names: string];

const wrongs: readonly Wrong[] = [
  ["no issuer", { CARACAL_ISSUER: undefined }, "CARACAL_ISSUER"],
  ["an empty issuer", { CARACAL_ISSUER: "" }, "CARACAL_ISSUER"],
  ["an issuer that is no URL", { CARACAL_ISSUER: "sts.example.com" }, "CARACAL_ISSUER"],
  ["http, not on loopback", { CARACAL_ISSUER: "http://sts.example.com" }, "CARACAL_ISSUER"],
  ["http, on all addresses", { CARACAL_ISSUER: "http://0.0.0.0:8787" }, "CARACAL_ISSUER"],
  ["an issuer with a query", { CARACAL_ISSUER: "https://sts.example.com?" }, "CARACAL_ISSUER"],
  ["no audience", { CARACAL_AUDIENCE: undefined }, "CARACAL_AUDIENCE"],
  ["an audience that is no URL", { CARACAL_AUDIENCE: "notes" }, "CARACAL_AUDIENCE"],
  ["a space after the audience", { CARACAL_AUDIENCE: "https://a.example " }, "CARACAL_AUDIENCE"],
  ["no zone", { CARACAL_ZONE_ID: undefined }, "CARACAL_ZONE_ID"],
  ["a list of no zones", { CARACAL_ZONE_ID: " , " }, "CARACAL_ZONE_ID"],
  ["a control character in a zone", { CARACAL_ZONE_ID: "a,b\u0007c" }, "CARACAL_ZONE_ID"],
  [
    "a control character in an application",
    { CARACAL_REQUIRE_CHAIN_CONTAINS: "app\u0007" },
    "CARACAL_REQUIRE_CHAIN_CONTAINS",
  ],
  ["a port that is no number", { PORT: "http" }, "PORT"],
  ["a port beyond the last", { PORT: "65536" }, "PORT"],
  ["a port and a half", { PORT: "80.5" }, "PORT"],
  ["a host that has no address", { HOST: "999.1.1.1" }, "HOST"],
  ["an address of another machine", { HOST: "192.0.2.1" }, "HOST"],
  ["a word for a switch", { STATELESS: "true" }, "STATELESS"],
];

const wrongRedis: readonly Wrong[] = [
  ["keys for no Redis", { ...sharing, CARACAL_REDIS_URL: undefined }, "CARACAL_REDIS_URL"],
  ["a new Redis that is none", { CARACAL_REDIS_NEW: "1" }, "CARACAL_REDIS_URL"],
  ...[
    "",
    "secret",
    "http://:secret@127.0.0.1",
    "redis://",
    "redis:secret",
    "redis://:secret@127.0.0.1:65536",
    "redis://:secret%@127.0.0.1",
    "redis://%ff:secret@127.0.0.1",
    "redis://:secret@127.0.0.1/zero",
    "redis://:secret@127.0.0.1/0/1",
    "redis://127.0.0.1/?password=secret",
    "rediss://127.0.0.1/#secret",
  ].map(
    (url): Wrong => [
      `a Redis at "${url}"`,
      { ...sharing, CARACAL_REDIS_URL: url },
      "CARACAL_REDIS_URL",
    ],
  ),
  ...[undefined, "", "secret", `${STREAM_KEY},`, "5ec2e7", `${STREAM_KEY},unsigned`].map(
    (keys): Wrong => [
      `"${keys}" for keys`,
      { ...sharing, CARACAL_REVOCATION_KEYS: keys },
      "CARACAL_REVOCATION_KEYS",
    ],
  ),
  ["a word for a new Redis", { ...sharing, CARACAL_REDIS_NEW: "yes" }, "CARACAL_REDIS_NEW"],
];

test.concurrent.each([...wrongs, ...wrongRedis])(
  "%s ends it with code 2 and one line that names the variable",
  async (_what, wrong, names) => {
    const exit = await runServer({ ...good, ...wrong });
    expect(exit.stderr).not.toMatch(/secret|5ec2e7|0123456789abcdef/);
    expect(exit).toStrictEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^notes-server: ${names}\\b[^\\n]+\\n$`)),
    });
  },
);
