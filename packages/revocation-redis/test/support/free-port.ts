import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const ATTEMPTS = 20;

/**
 * A TCP port of 127.0.0.1 that nobody listens on by now: below those that systems hand out for
 * outgoing connections, which would take it before it is used, or between an end and a new start.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(10_000, 32_000);
    const probe = createServer().listen(port, "127.0.0.1");
    try {
      await once(probe, "listening");
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
