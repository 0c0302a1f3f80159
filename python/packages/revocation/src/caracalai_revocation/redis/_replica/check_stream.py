"""Asking for everything about a stream."""

from collections.abc import Sequence
from typing import NamedTuple

from .._commands.replies import read_integer, read_list, read_text, unexpected
from .._commands.script import run_script
from .._commands.timed_command import TimedCommand
from .._streams.stream_id import BEGINNING
from .._streams.stream_reply import StreamEntry, read_entries, read_stream_id
from .judge_history import StreamFacts
from .scripts import CHECK_STREAM

READ_COUNT = 100
"""How many entries are read at a time: each may be large."""

_PARTS = 10


class CheckedStream(NamedTuple):
    """What a server said about a stream.

    Attributes:
        facts: What it knows of it.
        entries: How it goes on behind the position.
        evicts: Whether the server drops keys, live revocations among them, when its memory is used
            up.
    """

    facts: StreamFacts
    entries: Sequence[StreamEntry]
    evicts: bool


async def check_stream(
    command: TimedCommand,
    stream: str,
    marker_key: str,
    *,
    last_id: str | None,
    timeout_ms: float,
) -> CheckedStream:
    """Asks for everything about a stream in one moment.

    Args:
        command: Asks the primary only, as all scripts of this package.
        stream: Its name.
        marker_key: The key of its marker.
        last_id: The last entry that was read; None for the beginning.
        timeout_ms: How long the answer may take.

    Raises:
        RedisStoreError: The server gives no answer, or one that is none.
    """
    reply = await run_script(
        command,
        CHECK_STREAM,
        keys=(stream, marker_key),
        args=(last_id or BEGINNING, str(READ_COUNT)),
        timeout_ms=timeout_ms,
    )
    return _read_checked_stream(reply)


def _read_checked_stream(reply: object) -> CheckedStream:
    parts = read_list(reply, "what is known of a stream")
    if len(parts) != _PARTS:
        raise unexpected("what is known of a stream")
    run_id, max_memory, policy, marker, last_id, added, length, first_age, held, found = parts
    entries = read_entries(found)
    facts = StreamFacts(
        run_id=read_text(run_id, "the id of a server"),
        marker=None if marker is None else read_text(marker, "a marker"),
        last_generated_id=read_stream_id(last_id),
        entries_added=read_integer(added, "a number of entries"),
        length=read_integer(length, "the length of a stream"),
        first_age_ms=None if first_age is None else read_integer(first_age, "the age of an entry"),
        holds_position=read_integer(held, "a number of entries") == 1,
        unread=len(entries),
        drained=len(entries) < READ_COUNT,
    )
    is_bounded = read_integer(max_memory, "a size of memory") > 0
    evicts = is_bounded and read_text(policy, "a policy") != "noeviction"
    return CheckedStream(facts, entries, evicts)
