"""Asking for everything about a stream."""

from collections.abc import Sequence
from typing import NamedTuple

from .._commands.replies import read_integer, read_list, read_text, unexpected
from .._commands.script import run_script
from .._commands.timed_command import TimedCommand
from .._streams.stream_id import BEGINNING
from .._streams.stream_reply import StreamEntry, read_entries, read_stream_id
from .judge_history import StreamFacts
from .made_good import made_good_key
from .scripts import CHECK_STREAM, READ_COUNT
from .stream_keys import StreamKeys

_PARTS = 13


class CheckedStream(NamedTuple):
    """What a server said about a stream.

    Attributes:
        facts: What it knows of it.
        entries: How it goes on behind the position.
    """

    facts: StreamFacts
    entries: Sequence[StreamEntry]


class CheckedPlace(NamedTuple):
    """What is known of the stream already; nothing where it is to be read from its beginning.

    Attributes:
        last_id: The last entry that was read.
        added: How many entries had been added by then,
        removed: and how many removed.
        run_id: The server.
    """

    last_id: str | None = None
    added: int | None = None
    removed: int | None = None
    run_id: str | None = None


async def check_stream(
    command: TimedCommand, keys: StreamKeys, place: CheckedPlace, *, timeout_ms: float
) -> CheckedStream:
    """Asks for everything about a stream in one moment.

    Args:
        command: Asks the primary only, as all scripts of this package.
        keys: Which stream.
        place: What is known of it.
        timeout_ms: How long the answer may take.

    Raises:
        RedisStoreError: The server gives no answer, or one that is none.
    """
    reply = await run_script(
        command,
        CHECK_STREAM,
        keys=(keys.stream, keys.marker_key, keys.loss_key, made_good_key(keys.loss_key)),
        args=(
            BEGINNING if place.last_id is None else place.last_id,
            str(-1 if place.added is None else place.added),
            str(-1 if place.removed is None else place.removed),
            "" if place.run_id is None else place.run_id,
            keys.group,
        ),
        timeout_ms=timeout_ms,
    )
    return _read_checked_stream(reply)


def _read_checked_stream(reply: object) -> CheckedStream:
    parts = read_list(reply, "what is known of a stream")
    if len(parts) != _PARTS:
        raise unexpected("what is known of a stream")
    run_id, max_memory, policy, evicted_keys, marker, note, made_good, gap, *of_stream = parts
    last_id, added, length, first_age, found = of_stream
    entries = read_entries(found)
    is_bounded = read_integer(max_memory, "a size of memory") > 0
    loss = _text_of(note, "a loss")
    facts = StreamFacts(
        run_id=read_text(run_id, "the id of a server"),
        evicts=is_bounded and read_text(policy, "a policy") != "noeviction",
        evicted_keys=read_integer(evicted_keys, "a number of keys"),
        marker=_text_of(marker, "a marker"),
        note=loss,
        is_made_good=loss is not None and loss == _text_of(made_good, "a loss"),
        gap=_text_of(gap, "a gap"),
        last_generated_id=read_stream_id(last_id),
        entries_added=read_integer(added, "a number of entries"),
        length=read_integer(length, "the length of a stream"),
        first_age_ms=None if first_age is None else read_integer(first_age, "the age of an entry"),
        unread=len(entries),
        drained=len(entries) < READ_COUNT,
    )
    return CheckedStream(facts, entries)


def _text_of(reply: object, what: str) -> str | None:
    return None if reply is None else read_text(reply, what)
