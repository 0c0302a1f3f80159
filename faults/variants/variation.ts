import type { RevocationStore } from "@caracalai/revocation";
import type {
  RedisAccess,
  RedisConsumerOptions,
  RedisRevocationReplicaOptions,
  RevocationSink,
} from "@caracalai/revocation-redis";

/** How instances differ from what is deployed: in nothing, or by a defect that has to be found. */
export interface Variation {
  /** What the verifier asks in the place of the store or the replica. */
  store(store: RevocationStore, redis: RedisAccess): RevocationStore;
  /** Where the consumers write in the place of the shared store. */
  sink(store: RevocationSink): RevocationSink;
  readonly consumerOptions?: Partial<RedisConsumerOptions> | undefined;
  readonly replicaOptions?: Partial<RedisRevocationReplicaOptions> | undefined;
}

/** As it is deployed. */
export const AS_DEPLOYED: Variation = { store: (store) => store, sink: (store) => store };
