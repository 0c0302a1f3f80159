"""Reading one stream in a consumer group."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from ..._revocation_store import RevocationEvent
from .._commands.pause import backoff_ms, pause
from .._commands.redis_access import OwnConnection
from .._commands.timed_command import TimedCommand
from .._events.event_verifier import EventVerifier, create_event_verifier
from .._events.read_fields import FieldList
from .._redis_store_error import RedisStoreError, to_redis_store_error
from .._store.redis_revocation_store import RedisRevocationStore
from .consumer_health import ConsumerHealth, ConsumerRecord
from .consumer_options import RedisConsumerOptions, RevocationSink, read_consumer_options
from .event_handler import EventHandler, Outlet
from .group_session import GroupMemory, GroupSession

EventParser = Callable[[FieldList, EventVerifier], Sequence[RevocationEvent]]
"""Reads the fields of an entry, and raises `InvalidEventError` where they must not be acted on."""

_MAX_PENDING = 1_000
"""Enough for all dead letters of one read, and what is done beside them."""


class StreamConsumer:
    """Reads one stream in a consumer group and writes what its events say to a store.

    Goes on whatever happens to Redis: each failure ends the connection, and another one is opened
    after a while.
    """

    def __init__(
        self, options: RedisConsumerOptions, stream: str, group: str, parse: EventParser
    ) -> None:
        self._options = read_consumer_options(options, stream, group)
        verify = create_event_verifier(
            self._options.stream,
            signature_keys=options.get("signature_keys"),
            allow_unsigned=options.get("allow_unsigned"),
        )
        self._record = ConsumerRecord()
        self._handler = EventHandler(
            self._options, lambda fields: parse(fields, verify), self._record
        )
        self._memory = GroupMemory()
        self._stopping = asyncio.Event()
        self._decided = asyncio.Event()
        self._has_read = False
        self._failures = 0
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts to read; once only. Returns when the stream was read for the first time.

        Then everything that is needed is there and permitted. Whatever happens to Redis, it goes on
        until it is stopped.

        Raises:
            RedisStoreError: The stream was not read within `start_timeout_ms`, or before `stop` was
                called. Until then it goes on trying all the same.
            RuntimeError: It was started before.
        """
        if self._record.state != "new":
            raise RuntimeError("A consumer is started once.")
        self._record.state = "starting"
        self._running = asyncio.ensure_future(self._run())
        await pause(self._options.start_timeout_ms, self._decided)
        if self._has_read:
            return
        error = self.health().last_error
        reason = "" if error is None else f" {error.message}"
        raise RedisStoreError("connection", f"The stream was not read in time.{reason}")

    async def stop(self) -> None:
        """Ends reading: what is in hand is written and acknowledged, for `stop_timeout_ms` at most.

        What is not by then is taken over by others. May be repeated.
        """
        if self._record.state != "stopped":
            self._record.state = "stopping"
        self._stopping.set()
        self._decided.set()
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=self._options.stop_timeout_ms / 1_000)
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        self._record.state = "stopped"

    def health(self) -> ConsumerHealth:
        """How it is by now. Asks nobody."""
        return self._record.health()

    async def _run(self) -> None:
        while not self._stopping.is_set():
            await self._try_to_read()

    async def _try_to_read(self) -> None:
        try:
            await self._read_once()
        except Exception as error:  # whatever it was, it is tried again
            self._record.note_error(str(to_redis_store_error(error)))
            if self._record.state == "reading":
                self._record.state = "retrying"
            self._failures += 1
            await pause(backoff_ms(self._failures), self._stopping)

    async def _read_once(self) -> None:
        """Reads on one connection, until that fails or the consumer is stopped."""
        connection = self._options.redis.connection()
        try:
            # Opening has a deadline, as any command has.
            open_ = TimedCommand(connection.open, 1)
            await open_(timeout_ms=self._options.command_timeout_ms)
            session = GroupSession(
                self._options,
                Outlet(
                    TimedCommand(connection.command, _MAX_PENDING), self._store_over(connection)
                ),
                handler=self._handler,
                record=self._record,
                memory=self._memory,
            )
            await session.run(self._stopping, self._on_read)
        finally:
            await connection.close()

    def _store_over(self, connection: OwnConnection) -> RevocationSink:
        """On the connection on which it reads and acknowledges.

        After a failover, another one may still lead to the old server, and what is written there
        only is not to be acknowledged.
        """
        options = self._options
        if isinstance(options.store, RedisRevocationStore) and options.store.is_over(options.redis):
            return options.store.over(connection.command)
        return options.store

    def _on_read(self) -> None:
        self._failures = 0
        self._has_read = True
        if not self._stopping.is_set():
            self._record.state = "reading"
        self._decided.set()
