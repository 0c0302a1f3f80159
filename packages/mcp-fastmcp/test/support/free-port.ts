import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const ATTEMPTS = 20;

/** A port that was free a moment ago, out of those that systems do not give out by themselves. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(15_000, 32_000);
    const probe = createServer().listen(port, "127.0.0.1");
    try {
      await once(probe, "listening");
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}
