"""One answer that may be a stream."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Send

_DISCONNECT: Message = {"type": "http.disconnect"}


class MandateStream:
    """One answer that may be an event stream: it is watched from when it turns out to be one.

    Args:
        receive: The server's own.
        send: The server's own.
        watch: Returns when the stream has to end.
        grace_seconds: How long it goes on then, so that a refusal of the call itself can be said.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        watch: Callable[[], Awaitable[object]],
        grace_seconds: float,
    ) -> None:
        self._receive = receive
        self._send = send
        self._watch = watch
        self._grace_seconds = grace_seconds
        self._watching: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._is_complete = False

    async def receive(self) -> Message:
        """As the server's own; when the stream has to end, it looks as if the client had gone."""
        receiving = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({receiving, ending}, return_when=asyncio.FIRST_COMPLETED)
            return receiving.result() if receiving.done() else _DISCONNECT
        finally:
            receiving.cancel()
            ending.cancel()

    async def send(self, message: Message) -> None:
        """As the server's own, until the stream has to end."""
        if self._ended.is_set():
            return
        if message["type"] == "http.response.start" and _is_event_stream(message):
            self._watching = asyncio.ensure_future(self._end_in_time())
        elif message["type"] == "http.response.body":
            self._is_complete = not message.get("more_body", False)
        await self._send(message)

    async def close(self) -> None:
        """Ends the watch, and the answer where it was cut off."""
        if self._ended.is_set() and not self._is_complete:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        if self._watching is not None:
            self._watching.cancel()

    async def _end_in_time(self) -> None:
        try:
            await self._watch()
            await asyncio.sleep(self._grace_seconds)
        finally:
            # Also where the watch itself fails: what is not watched may not go on.
            self._ended.set()


def _is_event_stream(message: Message) -> bool:
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in headers
    )
