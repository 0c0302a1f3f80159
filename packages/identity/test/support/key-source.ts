import { ZoneKeys, type ZoneKeysTiming } from "../../src/zone-keys.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";
import { wordOf } from "./lookups.js";

export const TIMING: ZoneKeysTiming = {
  ttlMs: 300_000,
  maxAgeMs: 600_000,
  unknownKeyCooldownMs: 30_000,
  retryMs: 1_000,
};

/** The keys of a zone whose STS is in the test's hand: what it serves, whether, and when. */
export interface KeySource {
  readonly clock: FakeClock;
  readonly zone: ZoneKeys;
  /** How often it was asked. */
  readonly loads: () => number;
  /** From now on it serves these key ids; without any it fails. */
  serve(...kids: readonly string[]): void;
  /** From now on it answers when the function that comes back is called. */
  hold(): () => void;
  find(kid: string, refetchUnknown?: boolean): Promise<string>;
}

export function createKeySource(...served: readonly string[]): KeySource {
  const clock = createFakeClock();
  let kids = served;
  let loads = 0;
  let gate = Promise.resolve();

  async function load() {
    loads += 1;
    const answer = kids;
    await gate;
    if (answer.length === 0) throw new Error("out of order");
    return new Map(answer.map((kid) => [kid, { kid }]));
  }

  const zone = new ZoneKeys(load, TIMING, clock.now);
  return {
    clock,
    zone,
    loads: () => loads,
    serve: (...next) => {
      kids = next;
    },
    hold: () => {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
    find: async (kid, refetchUnknown = true) => wordOf(await zone.find(kid, refetchUnknown)),
  };
}
