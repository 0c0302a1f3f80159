import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Where a connection leads to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Piece {
  readonly bytes: Buffer;
  readonly dueAt: number;
}

/**
 * A TCP proxy between an instance and a server, for faults of the network: slow, silent (everything
 * is held back, and nothing is closed), or cut, also in the middle of a reply. What goes through comes
 * in order.
 */
export class Link {
  readonly host = "127.0.0.1";
  /** Where new connections lead to. */
  target: Address;
  /** How long each piece takes, in either direction. */
  delayMs = 0;
  #isSilent = false;
  #bytesLeft = Number.POSITIVE_INFINITY;
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();

  private constructor(target: Address) {
    this.target = target;
    this.#server.on("connection", (near) => this.#join(near));
  }

  /** Listens on a free port. End it with `stop`. */
  static async start(target: Address): Promise<Link> {
    const link = new Link(target);
    link.#server.listen(0, link.host);
    await once(link.#server, "listening");
    return link;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("The link has stopped.");
    return address.port;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** From now on nothing goes through, until `restore`. */
  silence(): void {
    this.#isSilent = true;
  }

  /** As at first, for new connections: those of before are cut, and what they held is gone. */
  restore(): void {
    this.#isSilent = false;
    this.delayMs = 0;
    this.cut();
  }

  /** Cuts all connections. */
  cut(): void {
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Cuts all connections when so many more bytes have come from the server. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #join(near: Socket): void {
    const far = connect(this.target.port, this.target.host);
    this.#pipe(near, far, (bytes) => bytes);
    this.#pipe(far, near, (bytes) => this.#count(bytes));
  }

  /** What of a reply goes through before the cut. */
  #count(bytes: Buffer): Buffer {
    this.#bytesLeft -= bytes.length;
    if (this.#bytesLeft > 0) return bytes;
    setImmediate(() => this.cut());
    return bytes.subarray(0, bytes.length + this.#bytesLeft);
  }

  #pipe(from: Socket, to: Socket, pass: (bytes: Buffer) => Buffer): void {
    const waiting: Piece[] = [];
    const deliver = (): void => {
      while (waiting[0] !== undefined && waiting[0].dueAt <= performance.now()) {
        const piece = waiting.shift();
        if (piece !== undefined && !to.destroyed) to.write(pass(piece.bytes));
      }
      const [next] = waiting;
      if (next !== undefined) setTimeout(deliver, next.dueAt - performance.now());
    };
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => {});
    from.on("data", (bytes: Buffer) => {
      if (this.#isSilent) return;
      const dueAt = Math.max(performance.now() + this.delayMs, waiting.at(-1)?.dueAt ?? 0);
      waiting.push({ bytes, dueAt });
      if (waiting.length === 1) deliver();
    });
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
