"""What the scenarios are written with."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any, cast

from .._maybe_awaitable import MaybeAwaitable, T


async def settled(value: MaybeAwaitable[T]) -> T:
    """A value, waited for where it has to be."""
    return cast("T", await value if inspect.isawaitable(value) else value)


def expect_same(actual: object, expected: object, what: str) -> None:
    """Raises where two values are not the same, in type and value."""
    if type(actual) is not type(expected) or actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}.")


async def expect_failure(
    action: Callable[[], MaybeAwaitable[Any]], error: type[Exception], what: str
) -> None:
    """Raises unless the action raises an error of that kind, at once or where it is awaited."""
    try:
        await settled(action())
    except error:
        return
    except Exception as other:
        raise AssertionError(
            f"{what}: expected {error.__name__}, got {type(other).__name__}."
        ) from None
    raise AssertionError(f"{what}: expected {error.__name__}, got none.")


async def eventually(
    condition: Callable[[], MaybeAwaitable[bool]], deadline_ms: float, what: str
) -> None:
    """Waits until a condition holds, asking often. Raises where it does not in time."""
    start = time.monotonic()
    while not await settled(condition()):
        if time.monotonic() - start > deadline_ms / 1_000:
            raise AssertionError(f"{what}: not so within {deadline_ms} ms.")
        await asyncio.sleep(0.005)
