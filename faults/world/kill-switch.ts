import type { RedisAccess, RedisCommand, RedisConnection } from "@caracalai/revocation-redis";

/** The two ways of an instance to Redis: the client's connection, and those of reads that block. */
export type Line = "shared" | "own";

/** At which command the process ends: before it is sent, or when its reply is there and unread. */
export interface CrashPoint {
  readonly line: Line;
  /** Commands that come through before. */
  readonly after: number;
  readonly moment: "before" | "after";
}

/**
 * Lets an instance end between any two commands, as by `kill -9`: what was sent may be executed,
 * nothing more is sent, and no reply is read.
 */
export class KillSwitch {
  readonly access: RedisAccess;
  readonly #onKill: () => void;
  #point: CrashPoint | undefined;
  #left = 0;
  #isDead = false;

  constructor({ shared, own }: Readonly<Record<Line, RedisAccess>>, onKill: () => void) {
    this.#onKill = onKill;
    const command = this.#wrap("shared", shared.command);
    this.access = {
      command,
      isCluster: false,
      connection: () => this.#connection(own.connection()),
      primaries: async () => [command],
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  arm(point: CrashPoint): void {
    this.#point = point;
    this.#left = point.after;
  }

  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#onKill();
  }

  #connection(connection: RedisConnection): RedisConnection {
    return {
      open: () => connection.open(),
      command: this.#wrap("own", connection.command),
      close: () => connection.close(),
    };
  }

  #wrap(line: Line, command: RedisCommand): RedisCommand {
    return async (args, options) => {
      const isLast = this.#isLast(line);
      if (isLast && this.#point?.moment === "before") this.kill();
      if (this.#isDead) throw new Error("The process has ended.");
      const reply = await command(args, options);
      if (isLast) this.kill();
      if (this.#isDead) throw new Error("The process has ended.");
      return reply;
    };
  }

  #isLast(line: Line): boolean {
    if (this.#point?.line !== line) return false;
    this.#left -= 1;
    return this.#left === -1;
  }
}
