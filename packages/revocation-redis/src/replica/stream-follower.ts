import { backoffMs, pause } from "../commands/pause.js";
import { type TimedCommand, timedCommand } from "../commands/timed-command.js";
import { within } from "../commands/within.js";
import type { RedisAccess } from "../redis-access.js";
import { RedisStoreError } from "../redis-store-error.js";
import { readStreamReply, type StreamEntry } from "../streams/stream-reply.js";
import {
  type CheckedKeys,
  type CheckedPlace,
  type CheckedStream,
  checkStream,
  READ_COUNT,
} from "./check-stream.js";

/** From where a stream is to be read on. */
export interface ReadingPlace extends CheckedPlace {
  readonly round: number;
}

/** An answer to the question how the stream goes on. */
export interface FollowerAnswer {
  readonly place: ReadingPlace;
  readonly checked: CheckedStream;
  /** When the question was put, in milliseconds of the monotonic clock. */
  readonly sentAt: number;
  /** Whether it was the first question on its connection. */
  readonly isFirst: boolean;
}

/** What a follower asks of its owner, and tells it. */
export interface FollowerOwner {
  place(): ReadingPlace;
  /** How long to wait after one check before the next one, in milliseconds. */
  checkEveryMs(): number;
  onCheck(answer: FollowerAnswer): void;
  onEntries(place: ReadingPlace, entries: readonly StreamEntry[]): void;
  onError(error: unknown): void;
}

/** What is followed. */
export interface FollowerSettings {
  readonly redis: RedisAccess;
  readonly keys: CheckedKeys;
  readonly commandTimeoutMs: number;
}

/** One command at a time, and a second one while the first is being given up. */
const MAX_PENDING = 2;

/**
 * Follows one stream on a connection of its own, with reads that block, so that an entry arrives at
 * once; between them it asks for everything about the stream, as often as a proof is due. Decides
 * nothing: what came is handed to the owner, in order. Connects again for as long as it takes.
 */
export class StreamFollower {
  readonly #settings: FollowerSettings;
  readonly #owner: FollowerOwner;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;

  constructor(settings: FollowerSettings, owner: FollowerOwner) {
    this.#settings = settings;
    this.#owner = owner;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#followOnce(() => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.#owner.onError(error);
        failures += 1;
        await pause(backoffMs(failures), signal);
      }
    }
  }

  /** Follows on one connection, until that fails or the follower is stopped. */
  async #followOnce(onProgress: () => void): Promise<void> {
    const { redis, commandTimeoutMs } = this.#settings;
    const { signal } = this.#abort;
    const connection = redis.connection();
    const close = (): void => connection.close();
    signal.addEventListener("abort", close);
    try {
      await within(connection.open(), commandTimeoutMs);
      const command = timedCommand(connection.command, MAX_PENDING);
      for (let isFirst = true; !signal.aborted; isFirst = false) {
        const sentAt = performance.now();
        const isAtEnd = await this.#check(command, { sentAt, isFirst });
        if (isAtEnd) await this.#readUntil(sentAt + this.#owner.checkEveryMs(), command);
        onProgress();
      }
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  /** @returns whether nothing was left unread. */
  async #check(
    command: TimedCommand,
    question: Pick<FollowerAnswer, "sentAt" | "isFirst">,
  ): Promise<boolean> {
    const { keys, commandTimeoutMs } = this.#settings;
    const place = this.#owner.place();
    const checked = await checkStream(command, keys, place, commandTimeoutMs);
    this.#owner.onCheck({ ...question, place, checked });
    if (checked.facts.evicts) {
      throw new RedisStoreError(
        "refused",
        "Redis may drop live revocations when its memory is used up: set maxmemory-policy to noeviction.",
      );
    }
    return checked.facts.drained;
  }

  async #readUntil(end: number, command: TimedCommand): Promise<void> {
    const { keys, commandTimeoutMs } = this.#settings;
    const { stream } = keys;
    for (;;) {
      const left = Math.ceil(end - performance.now());
      const place = this.#owner.place();
      // A place that was reset is for the next check to find.
      if (left <= 0 || place.lastId === undefined) return;
      const read = ["XREAD", "COUNT", `${READ_COUNT}`, "BLOCK", `${left}`];
      const reply = await command([...read, "STREAMS", stream, place.lastId], {
        key: stream,
        timeoutMs: left + commandTimeoutMs,
      });
      this.#owner.onEntries(place, readStreamReply(reply));
    }
  }
}
