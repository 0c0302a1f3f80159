import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Takes a port that is free, on loopback, and holds it until `release` is called. It is below those
 * that systems hand out for outgoing connections, so that nothing but a test can take it afterwards.
 */
export async function holdPort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const holder = createServer().listen(port, "127.0.0.1");
    const isHeld = await once(holder, "listening").then(
      () => true,
      () => false,
    );
    if (!isHeld) continue;
    const release = () => new Promise<void>((resolve) => holder.close(() => resolve()));
    return { port, release };
  }
}

/** A port that is free, see {@link holdPort}. */
export async function freePort(): Promise<number> {
  const { port, release } = await holdPort();
  await release();
  return port;
}
