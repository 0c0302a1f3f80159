"""Following one stream."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .._clock import monotonic_ms
from .._commands.pause import backoff_ms
from .._commands.redis_access import RedisAccess
from .._commands.timed_command import TimedCommand
from .._redis_store_error import RedisStoreError
from .._streams.stream_reply import StreamEntry, read_stream_reply
from .check_stream import CheckedPlace, CheckedStream, check_stream
from .scripts import READ_COUNT
from .stream_keys import StreamKeys


class ReadingPlace(NamedTuple):
    """From where a stream is to be read on, and in which round."""

    round: int
    known: CheckedPlace


class FollowerAnswer(NamedTuple):
    """An answer to the question how the stream goes on.

    Attributes:
        place: Behind which place it was asked.
        checked: The answer.
        sent_at: When the question was put, in milliseconds of the monotonic clock.
    """

    place: ReadingPlace
    checked: CheckedStream
    sent_at: float


class FollowerOwner(Protocol):
    """What a follower asks of its owner, and tells it."""

    def place(self) -> ReadingPlace:
        """From where to read on."""
        ...

    def check_every_ms(self) -> float:
        """How long to wait after one check before the next one, in milliseconds."""
        ...

    def on_check(self, answer: FollowerAnswer) -> None:
        """Hears an answer."""
        ...

    def on_entries(self, place: ReadingPlace, entries: Sequence[StreamEntry]) -> None:
        """Hears of entries that came between two answers."""
        ...

    def on_error(self, error: Exception) -> None:
        """Hears of what went wrong."""
        ...


@dataclass(frozen=True)
class FollowerSettings:
    """What is followed."""

    redis: RedisAccess
    keys: StreamKeys
    command_timeout_ms: int


class StreamFollower:
    """Follows one stream on a connection of its own, with reads that block.

    So an entry arrives at once; between the reads it asks for everything about the stream, as often
    as a proof is due. Decides nothing: what came is handed to the owner, in order. Connects again
    for as long as it takes.
    """

    def __init__(self, settings: FollowerSettings, owner: FollowerOwner) -> None:
        self._settings = settings
        self._owner = owner
        self._running: asyncio.Task[None] | None = None
        self._failures = 0

    def start(self) -> None:
        """Begins to follow, in the event loop that runs."""
        self._running = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Returns when nothing is under way any more."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        while True:
            await self._try_to_follow()
            await asyncio.sleep(backoff_ms(self._failures) / 1_000)

    async def _try_to_follow(self) -> None:
        try:
            await self._follow_once()
        except Exception as error:  # whatever it was, it is tried again
            self._owner.on_error(error)
            self._failures += 1

    async def _follow_once(self) -> None:
        """Follows on one connection, until that fails or the follower is stopped."""
        connection = self._settings.redis.connection()
        timeout_ms = self._settings.command_timeout_ms
        try:
            await TimedCommand(connection.open, 1)(timeout_ms=timeout_ms)
            # One command at a time, and a second one while the first is being given up.
            command = TimedCommand(connection.command, 2)
            while True:
                sent_at = monotonic_ms()
                if await self._check(command, sent_at):
                    await self._read_until(sent_at + self._owner.check_every_ms(), command)
                self._failures = 0
        finally:
            await connection.close()

    async def _check(self, command: TimedCommand, sent_at: float) -> bool:
        """Returns whether nothing was left unread."""
        settings = self._settings
        place = self._owner.place()
        checked = await check_stream(
            command,
            settings.keys,
            place.known,
            timeout_ms=settings.command_timeout_ms,
        )
        self._owner.on_check(FollowerAnswer(place, checked, sent_at))
        if checked.facts.evicts:
            raise RedisStoreError(
                "refused",
                "Redis may drop live revocations when its memory is used up:"
                " set maxmemory-policy to noeviction.",
            )
        return checked.facts.drained

    async def _read_until(self, end: float, command: TimedCommand) -> None:
        stream, timeout_ms = self._settings.keys.stream, self._settings.command_timeout_ms
        while True:
            left = int(end - monotonic_ms())
            place = self._owner.place()
            # A place that was reset is for the next check to find.
            last_id = place.known.last_id
            if left <= 0 or last_id is None:
                return
            read = ("XREAD", "COUNT", str(READ_COUNT), "BLOCK", str(left), "STREAMS", stream)
            reply = await command(*read, last_id, timeout_ms=left + timeout_ms)
            self._owner.on_entries(place, read_stream_reply(reply))
