import { RedisRevocationReplica } from "@caracalai/revocation-redis";
import { redis, signatureKeys } from "./shared-store.js";

/** The `revocations` of a verifier: no round trip for a verification. */
export const replica = new RedisRevocationReplica({
  redis,
  signatureKeys,
  // Redis is known to be new. Else it is watched for an hour before it is believed.
  adoptUnmarkedAfterMs: 0,
});
await replica.start();

replica.subscribe((event) => console.log("new:", event.kind));
