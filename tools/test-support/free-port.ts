import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const ATTEMPTS = 20;

/**
 * Takes a port of 127.0.0.1 that is free, and holds it until `release` is called. It is below those
 * that systems hand out for outgoing connections, which would take it before it is used, or between an
 * end and a new start.
 */
export async function holdPort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(10_000, 32_000);
    const holder = createServer().listen(port, "127.0.0.1");
    try {
      await once(holder, "listening");
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    const release = () => new Promise<void>((resolve) => holder.close(() => resolve()));
    return { port, release };
  }
}

/** A port that nobody listens on by now, see {@link holdPort}. */
export async function freePort(): Promise<number> {
  const { port, release } = await holdPort();
  await release();
  return port;
}
