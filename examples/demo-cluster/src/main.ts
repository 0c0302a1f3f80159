import { randomBytes } from "node:crypto";
import process from "node:process";
import { createDevSts } from "@caracalai/dev-sts";
import { acts, type Stage } from "./acts.js";
import { startNotesServer } from "./start-notes-server.js";
import { startRedis } from "./start-redis.js";

const AUDIENCE = "https://mcp.example.com";
const ZONE = "zone_demo";
const SERVERS = 3;

const redis = await startRedis();
const signatureKey = randomBytes(32).toString("hex");
let publishedAt = 0;
const sts = await createDevSts({
  zones: [ZONE],
  audience: AUDIENCE,
  announce: console.log,
  events: {
    signatureKey,
    publish: (stream, fields) => {
      publishedAt = performance.now();
      return redis.add(stream, fields);
    },
  },
});
const environment = {
  CARACAL_ISSUER: sts.issuer,
  CARACAL_AUDIENCE: AUDIENCE,
  CARACAL_ZONE_ID: ZONE,
  CARACAL_REDIS_URL: redis.url,
  CARACAL_REVOCATION_KEYS: signatureKey,
  CARACAL_REDIS_NEW: "1",
  STATELESS: "1",
};
const servers = await Promise.all(
  Array.from({ length: SERVERS }, () => startNotesServer(environment)),
);
const urls = servers.map(({ url }) => url);
const stage: Stage = { sts, redis, urls, publishedAt: () => publishedAt };
console.log(`STS:           ${sts.issuer}\nRedis:         ${redis.url}`);
console.log(`notes servers: ${urls.join(", ")}\n`);

let asExpected = 0;
for (const { name, expected, run } of acts) {
  const [isAsExpected, happened] = await run(stage).then(
    (outcome) => [true, outcome],
    (error: unknown) => [false, String(error)],
  );
  if (isAsExpected) asExpected += 1;
  console.log(`${isAsExpected ? "as expected" : "DIFFERENT  "}  ${name}`);
  console.log(`             expected  ${expected}`);
  console.log(`             happened  ${happened}`);
}

await Promise.all(servers.map((server) => server.process.end("SIGTERM")));
await Promise.all([redis.end(), sts.close()]);
console.log(`\n${asExpected} of ${acts.length} as expected`);
process.exitCode = asExpected === acts.length ? 0 : 1;
