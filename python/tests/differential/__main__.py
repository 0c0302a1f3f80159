"""`python -m differential [SEED [COUNT]]`, in `python/tests`: compares both languages."""

import json
import sys
import time

from .compare import compare

_DEFAULTS = ("1", "100000")


def main() -> int:
    """Prints what came out, and returns the exit code."""
    seed, count = map(int, [*sys.argv[1:3], *_DEFAULTS[len(sys.argv) - 1 :]])
    started = time.monotonic()
    outcomes, differences = compare(seed, count)
    for outcome, number in sorted(outcomes.items()):
        print(f"{number:>8} {outcome}")
    for difference in differences[:10]:
        print(json.dumps(difference._asdict(), indent=1))
    seconds = round(time.monotonic() - started)
    print(f"seed {seed}: {count} cases, {len(differences)} differences, {seconds} s")
    return 1 if differences else 0


sys.exit(main())
