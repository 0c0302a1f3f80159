export { fromIoredis, type IoredisClient } from "./clients/from-ioredis.js";
export { fromNodeRedis, type NodeRedisClient } from "./clients/from-node-redis.js";
export { fromNodeRedisCluster, type NodeRedisCluster } from "./clients/from-node-redis-cluster.js";
export {
  fromNodeRedisSentinel,
  type NodeRedisSentinel,
} from "./clients/from-node-redis-sentinel.js";
export type { NodeRedisCommandOptions } from "./clients/node-redis-command.js";
export { ConfigurationError } from "./configuration-error.js";
export type {
  RedisAccess,
  RedisArgument,
  RedisCommand,
  RedisCommandOptions,
  RedisConnection,
} from "./redis-access.js";
