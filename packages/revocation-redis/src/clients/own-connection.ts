import type { RedisCommand, RedisConnection } from "../redis-access.js";
import { type RedisStoreError, toRedisStoreError } from "../redis-store-error.js";

/** How long a connection may take that nobody waits for any more, in milliseconds. */
const LONGEST_CONNECT_MS = 10_000;

/** What a client library has to bring along for a connection of one's own. */
interface ConnectionParts {
  connect(): Promise<unknown>;
  readonly command: RedisCommand;
  disconnect(): unknown;
  /**
   * Resolves when `disconnect` has its effect although `connect` has not settled; by default it never has.
   * node-redis leaves a socket open for good where it is told to disconnect before it has connected.
   */
  readonly mayDisconnect?: Promise<unknown>;
}

/**
 * Holds a client of any library to what `RedisConnection` promises: closing it ends it for certain
 * (at once, or as soon as it is connected), and whatever is under way then rejects at once, also where the
 * library would try again or wait for ever.
 */
export class OwnConnection implements RedisConnection {
  readonly #parts: ConnectionParts;
  readonly #underWay = new Set<(reason: Error) => void>();
  #closed = false;
  #connecting: Promise<unknown> = Promise.resolve();
  #refusal: RedisStoreError | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    try {
      await this.#untilClosed(() => {
        const connecting = this.#parts.connect();
        this.#connecting = connecting.catch(() => {});
        return connecting;
      });
    } catch (error) {
      throw this.#refusal ?? error;
    }
  }

  /**
   * To be called with what a library tells its listeners. Each error is that of a command as well, but
   * for one: why Redis has refused a login, some tell only there.
   */
  noteError(error: unknown): void {
    const known = toRedisStoreError(error);
    if (known.problem === "refused") this.#refusal = known;
  }

  command: RedisCommand = (args, options) =>
    this.#untilClosed(() => this.#parts.command(args, options));

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#disconnect();
    for (const reject of this.#underWay) reject(closed());
    this.#underWay.clear();
  }

  async #untilClosed<T>(action: () => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    const running = action();
    return new Promise<T>((resolve, reject) => {
      this.#underWay.add(reject);
      running.then(resolve, reject).finally(() => this.#underWay.delete(reject));
    });
  }

  async #disconnect(): Promise<void> {
    const { mayDisconnect = this.#connecting } = this.#parts;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_CONNECT_MS).unref();
    });
    await Promise.race([this.#connecting, mayDisconnect, late]);
    clearTimeout(timer);
    await this.#tryToDisconnect();
    // A library may finish connecting after it was told to disconnect.
    await this.#connecting;
    await this.#tryToDisconnect();
  }

  /** Libraries complain, at once or later, about a client that is closed already. */
  async #tryToDisconnect(): Promise<void> {
    try {
      await this.#parts.disconnect();
    } catch {}
  }
}

function closed(): Error {
  return new Error("The connection is closed.");
}
