export { fromIoredis, type IoredisClient } from "./clients/from-ioredis.js";
export { fromNodeRedis, type NodeRedisClient } from "./clients/from-node-redis.js";
export { fromNodeRedisCluster, type NodeRedisCluster } from "./clients/from-node-redis-cluster.js";
export {
  fromNodeRedisSentinel,
  type NodeRedisSentinel,
} from "./clients/from-node-redis-sentinel.js";
export type { NodeRedisCommandOptions } from "./clients/node-redis-command.js";
export { ConfigurationError } from "./configuration-error.js";
export type { ConsumerHealth, ConsumerState } from "./consumer/consumer-health.js";
export type { RedisConsumerOptions, RevocationSink } from "./consumer/consumer-options.js";
export type { LossKind } from "./consumer/loss-note.js";
export { RedisDelegationConsumer } from "./consumer/redis-delegation-consumer.js";
export { RedisRevocationConsumer } from "./consumer/redis-revocation-consumer.js";
export type { EventTrust } from "./events/event-trust.js";
export { createEventVerifier, type EventVerifier } from "./events/event-verifier.js";
export { type EventProblem, InvalidEventError } from "./events/invalid-event-error.js";
export { parseDelegationEvent } from "./events/parse-delegation-event.js";
export { parseRevocationEvent } from "./events/parse-revocation-event.js";
export type { FieldList } from "./events/read-fields.js";
export { signEvent } from "./events/sign-event.js";
export type {
  RedisAccess,
  RedisArgument,
  RedisCommand,
  RedisCommandOptions,
  RedisConnection,
} from "./redis-access.js";
export { type RedisProblem, RedisStoreError } from "./redis-store-error.js";
export { RedisRevocationReplica } from "./replica/redis-revocation-replica.js";
export type { ReplicaHealth } from "./replica/replica-health.js";
export { ReplicaNotReadyError } from "./replica/replica-not-ready-error.js";
export type { RedisRevocationReplicaOptions } from "./replica/replica-options.js";
export {
  type SharedRevocations,
  type SharedRevocationsHealth,
  type SharedRevocationsOptions,
  startSharedRevocations,
} from "./shared/start-shared-revocations.js";
export { RedisRevocationStore } from "./store/redis-revocation-store.js";
export { requireSafeServer } from "./store/require-safe-server.js";
export type { RedisRevocationStoreOptions } from "./store/store-options.js";
