import { parseRevocationEvent } from "../events/parse-revocation-event.js";
import { REVOCATION_GROUP, REVOCATION_STREAM } from "../wire-names.js";
import type { RedisConsumerOptions } from "./consumer-options.js";
import { StreamConsumer } from "./stream-consumer.js";

/**
 * Writes revocations from their stream to the shared store (wire format, "Revocation"). Any number of
 * servers run one each: every event is acted on by one of them, or by another one where that one ends
 * before it is done. An event is acknowledged when the store has confirmed all that it says; an event
 * that can't be acted on is kept in the dead-letter stream, with the reason, and then acknowledged.
 */
export class RedisRevocationConsumer extends StreamConsumer {
  /** @throws ConfigurationError where an option is missing, unknown or out of its range. */
  constructor(options: RedisConsumerOptions) {
    super(options, { stream: REVOCATION_STREAM, group: REVOCATION_GROUP }, parseRevocationEvent);
  }
}
