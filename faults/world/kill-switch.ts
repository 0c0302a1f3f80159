import type { RedisAccess, RedisCommand, RedisConnection } from "@caracalai/revocation-redis";

/** The two ways of an instance to Redis: the client's connection, and those of reads that block. */
export type Line = "shared" | "own";

/** At which command the process ends: before it is sent, or when its reply is there and unread. */
export interface CrashPoint {
  readonly line: Line;
  /** Commands that come through before. */
  readonly after: number;
  readonly moment: "before" | "after";
  /** Where there is a name here, commands of that name count, and no others. */
  readonly command?: string;
  /** Whether none counts before the instance is given an event, one that its producer has a reply to. */
  readonly sinceGiven?: boolean;
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
  #isCounting = false;
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
    this.#isCounting = point.sinceGiven !== true;
  }

  /** The instance was given an event that none had, and whose XADD was answered; it was not written yet. */
  noteGiven(): void {
    this.#isCounting = true;
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
      const isLast = this.#isLast(line, args);
      if (isLast && this.#point?.moment === "before") this.kill();
      if (this.#isDead) throw new Error("The process has ended.");
      const reply = await command(args, options);
      if (isLast) this.kill();
      if (this.#isDead) throw new Error("The process has ended.");
      return reply;
    };
  }

  #isLast(line: Line, [name]: Parameters<RedisCommand>[0]): boolean {
    if (this.#point?.line !== line || !this.#isCounting) return false;
    if ((this.#point.command ?? name) !== name) return false;
    this.#left -= 1;
    return this.#left === -1;
  }
}
