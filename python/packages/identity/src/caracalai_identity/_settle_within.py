"""Waiting, but not for ever."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class DeadlineError(Exception):
    """What was waited for has not settled in time, or never will."""


async def settle_within(awaitable: Awaitable[T], ms: float) -> T:
    """Waits for something, but not longer than a deadline.

    What is not done by then is cancelled, and not waited for any more: one that ignores its
    cancellation holds nobody up. A future that somebody else made is left alone.

    Args:
        awaitable: A coroutine, a future, or anything else that can be awaited.
        ms: Milliseconds.

    Raises:
        DeadlineError: It was not done by then, or was cancelled; what it does later is ignored.
    """
    is_ours = not asyncio.isfuture(awaitable)
    future = asyncio.ensure_future(awaitable)
    future.add_done_callback(_retrieve)
    try:
        await asyncio.wait({future}, timeout=ms / 1_000)
    finally:
        if is_ours and not future.done():
            future.cancel()
    if not future.done():
        raise DeadlineError(f"No answer within {ms} ms")
    try:
        return future.result()
    except asyncio.CancelledError:
        # Nothing is awaited here: it is not us who were cancelled.
        raise DeadlineError("No answer: it was cancelled") from None


def _retrieve(future: "asyncio.Future[T]") -> None:
    """An error that comes too late is nobody's, and not worth a complaint of the event loop."""
    if not future.cancelled():
        future.exception()
