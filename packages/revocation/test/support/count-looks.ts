const mapIterator = Object.getPrototypeOf(new Map().entries()) as Iterator<unknown>;

/** Of what looks at everything again and again, nobody needs to know the end. */
const MOST_LOOKS = 1_000_000;

/**
 * Counts how many entries are looked at while an action runs: steps through a Map, and expiries that
 * are read where they are packed (`Math.abs`, since those of marked entries are negative). Whoever uses
 * it shows as well that it counts what does look at entries.
 *
 * @throws Error out of the look that is one too many.
 */
export function countLooks(action: () => void): number {
  let looks = 0;
  const look = (): void => {
    looks += 1;
    if (looks > MOST_LOOKS) throw new Error(`More than ${MOST_LOOKS} looks at entries.`);
  };
  const { next } = mapIterator;
  const { abs } = Math;
  mapIterator.next = function (this: Iterator<unknown>) {
    look();
    return next.call(this);
  };
  Math.abs = (value) => {
    look();
    return abs(value);
  };
  try {
    action();
    return looks;
  } finally {
    mapIterator.next = next;
    Math.abs = abs;
  }
}
