import { parseDelegationEvent } from "../events/parse-delegation-event.js";
import { DELEGATION_GROUP, DELEGATION_STREAM } from "../wire-names.js";
import type { RedisConsumerOptions } from "./consumer-options.js";
import { StreamConsumer } from "./stream-consumer.js";

/**
 * Writes the delegation epochs of zones from their stream to the shared store (wire format,
 * "Revocation"), in the same way as `RedisRevocationConsumer` does with revocations.
 */
export class RedisDelegationConsumer extends StreamConsumer {
  /** @throws ConfigurationError where an option is missing, unknown or out of its range. */
  constructor(options: RedisConsumerOptions) {
    super(options, { stream: DELEGATION_STREAM, group: DELEGATION_GROUP }, parseDelegationEvent);
  }
}
