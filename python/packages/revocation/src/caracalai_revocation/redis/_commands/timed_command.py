"""Commands with deadlines."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from .._redis_store_error import RedisStoreError, to_redis_store_error

RedisCommand = Callable[..., Awaitable[object]]
"""Sends one command to the primary, the name first, and gives its reply.

Each argument is text, which goes out as UTF-8, or bytes. It raises where Redis answers with an
error and where the connection fails. What Redis sends as bytes may come as bytes or as text.
"""


class TimedCommand:
    """Gives a command function deadlines, and bounds what waits.

    A command that nobody waits for any more is cancelled; one that takes its time to end all the
    same counts until it has. Past `max_pending` of them, further ones are refused at once.
    """

    def __init__(self, command: RedisCommand, max_pending: int) -> None:
        self._command = command
        self._max_pending = max_pending
        self._pending: set[asyncio.Task[object]] = set()

    async def __call__(self, *args: str | bytes, timeout_ms: float) -> object:
        """Sends a command and gives its reply.

        One that was sent and not answered in time may still be executed.

        Raises:
            RedisStoreError: There is no reply within `timeout_ms`, or an error in its place.
        """
        if len(self._pending) >= self._max_pending:
            message = f"{self._max_pending} commands wait for Redis already."
            raise RedisStoreError("overloaded", message)
        return await self._settle(self._run(args), timeout_ms)

    async def _run(self, args: tuple[str | bytes, ...]) -> object:
        try:
            return await self._command(*args)
        except Exception as error:  # whatever a command function raises
            raise to_redis_store_error(error) from None

    async def _settle(self, running: Coroutine[Any, Any, object], timeout_ms: float) -> object:
        task = asyncio.ensure_future(running)
        self._pending.add(task)
        task.add_done_callback(self._forget)
        try:
            await asyncio.wait({task}, timeout=timeout_ms / 1_000)
            if task.done():
                return task.result()
        finally:
            task.cancel()
        raise RedisStoreError("timeout", f"Redis did not answer within {timeout_ms:.0f} ms.")

    def _forget(self, task: "asyncio.Task[object]") -> None:
        self._pending.discard(task)
        if not task.cancelled():
            # Nobody may have waited for it: Python would complain.
            task.exception()
