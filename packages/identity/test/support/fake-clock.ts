/** A clock that moves when it is told to. */
export interface FakeClock {
  readonly now: () => number;
  advance(ms: number): void;
}

export function createFakeClock(): FakeClock {
  let time = 1_000;
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}
