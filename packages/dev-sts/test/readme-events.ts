import { createDevSts } from "@caracalai/dev-sts";
import { createClient } from "redis";

const client = createClient({ url: process.env.REDIS_URL ?? "redis://localhost:6379" });
client.on("error", (error) => console.error("Redis:", error.name));
await client.connect();

const TRIM = { strategy: "MAXLEN", strategyModifier: "~", threshold: 100_000 } as const;
const sts = await createDevSts({
  events: {
    signatureKey: process.env.STREAM_KEY ?? "", // 32 to 512 bytes, in hex
    publish: (stream, fields) => client.xAdd(stream, "*", fields, { TRIM }),
  },
});

await sts.revoke("session_1"); // caracal.sessions.revoke
console.log(sts.issuer, { epoch: await sts.bumpEpoch() }); // caracal.delegations.invalidate
await sts.close();
await client.close();
