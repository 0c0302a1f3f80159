"""Waiting."""

import asyncio
import random

_FIRST_MS = 50.0
_LONGEST_MS = 1_000.0


async def pause(ms: float, event: asyncio.Event) -> None:
    """Waits for `ms` milliseconds, or until the event is set."""
    if event.is_set():
        return
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiting}, timeout=ms / 1_000)
    finally:
        waiting.cancel()


def backoff_ms(failures: int) -> float:
    """How long to wait after the n-th failure in a row, in milliseconds.

    Twice as long each time, up to a second, less up to half by chance, so that instances do not
    come back all at once.
    """
    longest = min(_FIRST_MS * 2.0 ** min(failures - 1, 10), _LONGEST_MS)
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - no secret
