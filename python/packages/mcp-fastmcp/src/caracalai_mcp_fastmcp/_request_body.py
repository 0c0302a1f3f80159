"""Looking at a body before FastMCP reads it."""

import asyncio
import time
from typing import NamedTuple

from starlette.types import Message, Receive

MAX_BODY_BYTES = 4 * 1024 * 1024
"""As much as FastMCP's transport takes of a body; what is longer, it refuses."""

_DEADLINE_SECONDS = 10.0
"""Longer than any client needs to send a call; what comes later is not looked at."""


class PeekedBody(NamedTuple):
    """A body as far as it was looked at.

    Attributes:
        body: Empty where it is longer, or slower, than what is looked at.
        messages: What came of the request by then.
    """

    body: bytes
    messages: tuple[Message, ...]

    def replayed_before(self, receive: Receive) -> Receive:
        """Gives what came by then, and then what comes: to the server, nothing was read."""
        remaining = iter(self.messages)

        async def replay() -> Message:
            message = next(remaining, None)
            return await receive() if message is None else message

        return replay


async def peek_body(receive: Receive, max_bytes: int) -> PeekedBody:
    """Reads the body of a request, up to a size and within a deadline."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    messages: list[Message] = []
    chunks: list[bytes] = []
    length = 0
    while length <= max_bytes:
        message = await _receive_before(deadline, receive)
        if message is None:
            break
        messages.append(message)
        if message["type"] != "http.request":
            break
        chunk = message.get("body", b"")
        length += len(chunk)
        chunks.append(chunk)
        if not message.get("more_body", False):
            is_looked_at = length <= max_bytes
            return PeekedBody(b"".join(chunks) if is_looked_at else b"", tuple(messages))
    return PeekedBody(b"", tuple(messages))


async def _receive_before(deadline: float, receive: Receive) -> Message | None:
    """The next message; None where it is late. Nothing that had come is lost by giving up."""
    pending = asyncio.ensure_future(receive())
    try:
        await asyncio.wait({pending}, timeout=max(deadline - time.monotonic(), 0))
        return pending.result() if pending.done() else None
    finally:
        pending.cancel()
