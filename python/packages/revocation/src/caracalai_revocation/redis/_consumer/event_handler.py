"""Acting on events."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ..._errors import RevocationStoreFullError
from ..._revocation_store import AnchorRevoked, RevocationEvent
from .._commands.timed_command import TimedCommand
from .._events.invalid_event_error import EventProblem, InvalidEventError
from .._events.read_fields import FieldList
from .._redis_store_error import RedisStoreError
from .._streams.stream_reply import StreamEntry
from .consumer_health import ConsumerRecord
from .consumer_options import ConsumerOptions, RevocationSink
from .dead_letter import dead_letter_of

EventJudge = Callable[[FieldList], Sequence[RevocationEvent]]
"""What an event says; raises `InvalidEventError` where it must not be acted on."""

Outcome = Literal["applied", "dead", "trimmed", "unwritten"]
"""What became of an entry; all but `unwritten` is to be acknowledged."""

_WRITE_TIMEOUT_SECONDS = 5.0
"""Longer than any store of ours waits: what is not confirmed by then is tried again later."""


class Outlet(NamedTuple):
    """Where a consumer writes by now: all of it on one connection."""

    command: TimedCommand
    store: RevocationSink


class EventHandler:
    """Acts on the events of one stream: writes what they say to the store, or sets them aside."""

    def __init__(self, options: ConsumerOptions, judge: EventJudge, record: ConsumerRecord) -> None:
        self._options = options
        self._judge = judge
        self._record = record

    async def handle(self, entry: StreamEntry, outlet: Outlet) -> Outcome:
        """Returns when what the entry says is confirmed to be written, or a dead letter of it is.

        Never raises. Acting on an entry again does no harm, whatever was done in between.
        """
        if entry.fields is None:
            return "trimmed"
        try:
            verdict = self._verdict_on(entry.fields)
            if isinstance(verdict, str):
                await self._set_aside(entry.id, entry.fields, verdict, outlet.command)
                if verdict == "wrong_signature":
                    self._record.wrong_signatures += 1
                return "dead"
            await _write_all(verdict, outlet.store)
        except (RedisStoreError, RevocationStoreFullError) as error:
            self._record.note_error(str(error))
            return "unwritten"
        except Exception:  # the message of an error of another store may hold anything
            self._record.note_error("The store did not take an event.")
            return "unwritten"
        return "applied"

    def _verdict_on(self, fields: FieldList) -> Sequence[RevocationEvent] | EventProblem:
        try:
            return self._judge(fields)
        except InvalidEventError as error:
            return error.problem

    async def _set_aside(
        self, entry_id: str, fields: FieldList, problem: EventProblem, command: TimedCommand
    ) -> None:
        options = self._options
        letter = dead_letter_of(options.stream, entry_id, problem, fields)
        most = str(options.dead_letter_max_length)
        add = ("XADD", options.dead_letter_stream, "MAXLEN", "~", most, "*", *letter)
        await command(*add, timeout_ms=options.command_timeout_ms)


async def _write_all(events: Sequence[RevocationEvent], store: RevocationSink) -> None:
    writes = [asyncio.ensure_future(_write(event, store)) for event in events]
    try:
        _, late = await asyncio.wait(writes, timeout=_WRITE_TIMEOUT_SECONDS)
        if late:
            raise RedisStoreError("timeout", "The store did not confirm a write in time.")
        errors = [write.exception() for write in writes]
        for error in errors:
            if error is not None:
                raise error
    finally:
        for write in writes:
            write.cancel()


async def _write(event: RevocationEvent, store: RevocationSink) -> None:
    """A store may answer at once, and may raise."""
    if isinstance(event, AnchorRevoked):
        answer = store.mark_revoked(event.anchor)
    else:
        answer = store.mark_delegation_epoch(event.zone_id, event.epoch)
    if inspect.isawaitable(answer):
        await answer
