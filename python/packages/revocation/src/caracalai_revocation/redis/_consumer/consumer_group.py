"""One consumer's commands about its group."""

from collections.abc import Sequence
from typing import NamedTuple

from .._clock import monotonic_ms
from .._commands.replies import read_integer, read_list, read_text, unexpected
from .._commands.script import Script, run_script
from .._commands.timed_command import TimedCommand
from .._streams.judge_position import PositionFacts
from .._streams.stream_id import time_of_entry
from .._streams.stream_reply import StreamEntry, read_entries, read_stream_id
from .consumer_options import ConsumerOptions
from .held_entries import HeldEntry
from .loss_note import loss_key_of, new_loss_note
from .scripts import ENSURE_GROUP, FORGET_LOSS, NOTE_LOSS, READ_GROUP, REMOVE_IDLE, TAKE_OVER

COUNT = 100
"""How many entries are taken at a time."""

_LOOK_COUNT = "1000"
"""How many entries that are held are looked at: the oldest."""

_READ_PARTS = 13


class KnownEnd(NamedTuple):
    """How far a stream was known to go, on which server, and by what its last entry is known."""

    last_id: str
    added: int
    run_id: str
    digest: str


class GroupRead(NamedTuple):
    """What a read gives: entries, and what was known of stream and group before it.

    Attributes:
        sent_at: When it was sent, by one's own monotonic clock: what was published before, it has
            seen.
        entries: What was taken.
        facts: How the stream goes on from the position that the read was told.
        holds_position: Whether the last entry of that position is there, and is the same one.
        last_digest: By what the stream's last entry is known; empty where it is not there.
        last_delivered_id: The last entry that the group was given.
        pending: How many entries consumers of the group held.
        oldest_id: The oldest entry that was not acted on, be it held or only now given, if any.
        oldest_ms: How old that one is by the server's clock, which may have been moved, in
            milliseconds; 0 for none.
        trimmed: How many entries were trimmed before the group was given them, since the last read.
        loss_note: The note about a loss that may still matter, whoever noticed it.
        server_time_ms: The server's clock.
    """

    sent_at: float
    entries: Sequence[StreamEntry]
    facts: PositionFacts
    holds_position: bool
    last_digest: str
    last_delivered_id: str
    pending: int
    oldest_id: str | None
    oldest_ms: int
    trimmed: int
    loss_note: str | None
    server_time_ms: int


class ConsumerGroup:
    """One consumer's commands about its group, on one connection.

    All raise a `RedisStoreError` where the connection or Redis fails.
    """

    def __init__(self, command: TimedCommand, options: ConsumerOptions) -> None:
        self._command = command
        self._options = options
        self._loss_key = loss_key_of(options.stream, options.group)

    async def ensure(self, *, was_there: bool) -> None:
        """Makes sure that the group is there; a new one begins with the stream's first entry.

        Args:
            was_there: Whether it is known to have been there: that it is gone is a loss.
        """
        is_known = "1" if was_there else "0"
        await self._run(ENSURE_GROUP, self._options.group, is_known, new_loss_note("history_lost"))

    async def read_new(self, known: KnownEnd | None) -> GroupRead:
        """Takes entries that nobody in the group was given.

        Args:
            known: How far the stream was known to go, where it was known.
        """
        return await self._read(">", known)

    async def read_own(self, behind: str, known: KnownEnd | None) -> GroupRead:
        """Takes again what this consumer was given behind an id and has not acknowledged."""
        return await self._read(behind, known)

    async def read_held(self) -> list[HeldEntry]:
        """What any consumer holds, this one as well; takes nothing. The oldest 1,000 entries."""
        options = self._options
        reply = await self._send("XPENDING", options.stream, options.group, "-", "+", _LOOK_COUNT)
        return [_read_held_entry(entry) for entry in read_list(reply, "entries that are held")]

    async def take_over(self, held: Sequence[HeldEntry]) -> list[StreamEntry]:
        """Takes over what is still held as it was. Entries that were trimmed have no fields."""
        parts = [part for it in held for part in (it.id, it.consumer, str(it.deliveries))]
        options = self._options
        return read_entries(
            await self._run(TAKE_OVER, options.group, options.consumer_name, *parts)
        )

    async def acknowledge(self, ids: Sequence[str]) -> None:
        """Tells that entries were acted on."""
        if ids:
            await self._send("XACK", self._options.stream, self._options.group, *ids)

    async def note_loss(self, note: str) -> None:
        """Notes a loss, for all consumers, until one of them takes it back."""
        await self._run(NOTE_LOSS, note)

    async def forget_loss(self, note: str) -> None:
        """Takes a loss back that matters no more, where no other one was noted since."""
        await self._run(FORGET_LOSS, note)

    async def wait(self, behind: str, wait_ms: int) -> None:
        """Waits until there is an entry behind an id, for `wait_ms` at most. Takes nothing."""
        options = self._options
        read = ("XREAD", "COUNT", "1", "BLOCK", str(wait_ms), "STREAMS", options.stream, behind)
        await self._command(*read, timeout_ms=wait_ms + options.command_timeout_ms)

    async def remove_idle(self, idle_ms: int, consumer_name: str = "") -> None:
        """Removes consumers that hold nothing and have been idle: each restart leaves one."""
        await self._run(REMOVE_IDLE, self._options.group, str(idle_ms), consumer_name)

    async def _read(self, source: str, known: KnownEnd | None) -> GroupRead:
        options = self._options
        last_id, added, run_id, digest = KnownEnd("", 0, "", "") if known is None else known
        sent_at = monotonic_ms()
        reply = await self._run(
            READ_GROUP,
            options.group,
            options.consumer_name,
            str(COUNT),
            source,
            str(options.max_mandate_lifetime_ms),
            last_id,
            str(added),
            new_loss_note("stream_trimmed"),
            run_id,
            digest,
        )
        return _read_group_read(reply, sent_at)

    async def _run(self, script: Script, *args: str) -> object:
        return await run_script(
            self._command,
            script,
            keys=(self._options.stream, self._loss_key),
            args=args,
            timeout_ms=self._options.command_timeout_ms,
        )

    async def _send(self, *args: str) -> object:
        return await self._command(*args, timeout_ms=self._options.command_timeout_ms)


def _read_group_read(reply: object, sent_at: float) -> GroupRead:
    parts = read_list(reply, "what is known of a group")
    if len(parts) != _READ_PARTS:
        raise unexpected("what is known of a group")
    run_id, last_id, added, digest, holds, behind, *of_group = parts
    delivered_id, pending, first_held, trimmed, loss, time, found = of_group
    entries = read_entries(found)
    server_time_ms = read_integer(time, "a time")
    if first_held is not None:
        oldest_id: str | None = read_stream_id(first_held)
    else:
        oldest_id = entries[0].id if entries else None
    age = 0 if oldest_id is None else max(0, server_time_ms - time_of_entry(oldest_id))
    return GroupRead(
        sent_at=sent_at,
        entries=entries,
        facts=PositionFacts(
            run_id=read_text(run_id, "the id of a server"),
            last_generated_id=read_stream_id(last_id),
            entries_added=read_integer(added, "a number of entries"),
            unread=read_integer(behind, "a number of entries"),
            # What was trimmed, the group counts.
            drained=False,
        ),
        holds_position=read_integer(holds, "a number of entries") == 1,
        last_digest=read_text(digest, "what an entry is known by"),
        last_delivered_id=read_stream_id(delivered_id),
        pending=read_integer(pending, "a number of entries"),
        oldest_id=oldest_id,
        oldest_ms=age,
        trimmed=read_integer(trimmed, "a number of entries"),
        loss_note=None if loss is None else read_text(loss, "a loss"),
        server_time_ms=server_time_ms,
    )


def _read_held_entry(reply: object) -> HeldEntry:
    parts = read_list(reply, "an entry that is held")
    if len(parts) != 4:
        raise unexpected("an entry that is held")
    return HeldEntry(
        read_stream_id(parts[0]),
        read_text(parts[1], "the name of a consumer"),
        read_integer(parts[3], "a number of deliveries"),
    )
