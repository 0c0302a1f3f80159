import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisServer } from "./redis-server.js";

/** A TCP proxy before a server: it can be slow, hold everything back, and cut connections. */
export class TcpProxy {
  readonly host = "127.0.0.1";
  /** How long each piece is held back, in either direction. */
  delayMs = 0;
  /** Where new connections lead to. */
  target: RedisServer;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: RedisServer) {
    this.#server = server;
    this.target = target;
  }

  /** Listens on a free port. End it with `stop`. */
  static async start(target: RedisServer): Promise<TcpProxy> {
    const proxy = new TcpProxy(createServer(), target);
    proxy.#server.on("connection", (near) => proxy.#join(near));
    proxy.#server.listen(0, proxy.host);
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("The proxy has stopped.");
    return address.port;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** Cuts every connection that is open by now; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #join(near: Socket): void {
    const far = connect(this.target.port, this.target.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on("error", () => {});
      // One after the other, as TCP does: what comes later never overtakes what is held back.
      let sent = Promise.resolve();
      from.on("data", (piece) => {
        const due = performance.now() + this.delayMs;
        sent = sent.then(async () => {
          const left = due - performance.now();
          if (left > 0) await sleep(left);
          to.write(piece);
        });
      });
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
