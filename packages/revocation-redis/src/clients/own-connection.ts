import type { RedisCommand, RedisConnection } from "../redis-access.js";

/** What a client library has to bring along for a connection of one's own. */
interface ConnectionParts {
  connect(): Promise<unknown>;
  readonly command: RedisCommand;
  disconnect(): unknown;
}

/**
 * Holds a client of any library to what `RedisConnection` promises: closing it ends it for certain,
 * and whatever is under way then rejects, also where the library would try again or wait for ever.
 */
export class OwnConnection implements RedisConnection {
  readonly #parts: ConnectionParts;
  readonly #underWay = new Set<(reason: Error) => void>();
  #closed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    try {
      await this.#untilClosed(() => this.#parts.connect());
    } finally {
      // A library may finish connecting after it was told to disconnect.
      if (this.#closed) this.#disconnect();
    }
  }

  command: RedisCommand = (args, options) =>
    this.#untilClosed(() => this.#parts.command(args, options));

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#disconnect();
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

  #disconnect(): void {
    // Libraries complain, at once or later, about a client that is closed already.
    try {
      Promise.resolve(this.#parts.disconnect()).catch(() => {});
    } catch {}
  }
}

function closed(): Error {
  return new Error("The connection is closed.");
}
