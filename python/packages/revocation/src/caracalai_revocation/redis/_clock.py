"""The clock that entries end by."""

import time


def monotonic_ms() -> float:
    """Milliseconds of the monotonic clock: setting the wall clock has no effect on it."""
    return time.monotonic() * 1_000
