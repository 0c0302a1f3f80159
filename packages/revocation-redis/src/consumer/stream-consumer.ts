import { backoffMs, pause } from "../commands/pause.js";
import { type TimedCommand, timedCommand } from "../commands/timed-command.js";
import { untilSettled } from "../commands/until-settled.js";
import { createEventVerifier, type EventVerifier } from "../events/event-verifier.js";
import type { FieldList } from "../events/read-fields.js";
import type { RedisConnection } from "../redis-access.js";
import { RedisStoreError, toRedisStoreError } from "../redis-store-error.js";
import { type ConsumerHealth, ConsumerRecord } from "./consumer-health.js";
import {
  type CapturedConsumerOptions,
  type ConsumerDefaults,
  captureConsumerOptions,
  type RedisConsumerOptions,
} from "./consumer-options.js";
import { EventHandler, type EventJudge } from "./event-handler.js";
import { GroupMemory, GroupSession } from "./group-session.js";

/** Reads the fields of an entry, and throws `InvalidEventError` where they must not be acted on. */
export type EventParser = (fields: FieldList, verify: EventVerifier) => ReturnType<EventJudge>;

/** Enough for all dead letters of one read, and what is done beside them. */
const MAX_PENDING = 1_000;

/**
 * Reads one stream in a consumer group and writes what its events say to a store. Goes on whatever
 * happens to Redis: each failure ends the connection, and another one is opened after a while.
 */
export class StreamConsumer {
  readonly #options: CapturedConsumerOptions;
  readonly #handler: EventHandler;
  readonly #record = new ConsumerRecord();
  readonly #memory = new GroupMemory();
  readonly #abort = new AbortController();
  readonly #firstRead = new AbortController();
  #connection: RedisConnection | undefined;
  #running: Promise<void> | undefined;

  /** @throws ConfigurationError where an option is missing, unknown or out of its range. */
  constructor(options: RedisConsumerOptions, defaults: ConsumerDefaults, parse: EventParser) {
    this.#options = captureConsumerOptions(options, defaults);
    const { signatureKeys, allowUnsigned } = options;
    const verify = createEventVerifier(this.#options.stream, { signatureKeys, allowUnsigned });
    this.#handler = new EventHandler(
      this.#options,
      (fields) => parse(fields, verify),
      this.#record,
    );
  }

  /**
   * Starts to read; once only. Resolves when the stream was read for the first time: then everything
   * that is needed is there and permitted. Whatever happens to Redis, it goes on until it is stopped.
   *
   * @throws RedisStoreError (rejects) where the stream was not read within `startTimeoutMs`, or before
   *   `stop` was called. Until then it goes on trying all the same.
   */
  async start(): Promise<void> {
    if (this.#record.state !== "new") throw new TypeError("A consumer is started once.");
    this.#record.state = "starting";
    this.#running = this.#run();
    const decided = AbortSignal.any([this.#firstRead.signal, this.#abort.signal]);
    await pause(this.#options.startTimeoutMs, decided);
    if (this.#firstRead.signal.aborted) return;
    const { lastError } = this.health();
    const reason = lastError === undefined ? "" : ` ${lastError.message}`;
    throw new RedisStoreError("connection", `The stream was not read in time.${reason}`);
  }

  /**
   * Ends reading: what is in hand is written and acknowledged, for `stopTimeoutMs` at most, whatever
   * Redis does; what is not by then is taken over by others. May be repeated.
   */
  async stop(): Promise<void> {
    if (this.#record.state !== "stopped") this.#record.state = "stopping";
    this.#abort.abort();
    await untilSettled(Promise.resolve(this.#running), this.#options.stopTimeoutMs);
    this.#connection?.close();
    this.#record.state = "stopped";
  }

  /** How it is by now. Asks nobody. */
  health(): ConsumerHealth {
    return this.#record.health();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let failures = 0;
    const onRead = (): void => {
      failures = 0;
      if (!signal.aborted) this.#record.state = "reading";
      this.#firstRead.abort();
    };
    while (!signal.aborted) {
      try {
        await this.#readOnce(onRead);
      } catch (error) {
        this.#record.noteError(toRedisStoreError(error));
        if (signal.aborted) return;
        if (this.#record.state === "reading") this.#record.state = "retrying";
        failures += 1;
        await pause(backoffMs(failures), signal);
      }
    }
  }

  /** Reads on one connection, until that fails or the consumer is stopped. */
  async #readOnce(onRead: () => void): Promise<void> {
    const connection = this.#options.redis.connection();
    this.#connection = connection;
    try {
      const command = await this.#open(connection);
      const parts = { handler: this.#handler, record: this.#record, memory: this.#memory };
      await new GroupSession(this.#options, parts, command).run(this.#abort.signal, onRead);
    } finally {
      connection.close();
    }
  }

  /** Opening has a deadline, as any command has. */
  async #open(connection: RedisConnection): Promise<TimedCommand> {
    const open = timedCommand(() => connection.open(), 1);
    await open([], { timeoutMs: this.#options.commandTimeoutMs });
    return timedCommand(connection.command, MAX_PENDING);
  }
}
