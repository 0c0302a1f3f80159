"""Entries of a stream, as Redis gives them."""

from typing import NamedTuple

from .._commands.replies import read_list, read_text, unexpected
from .._events.read_fields import FieldList
from .stream_id import is_stream_id


class StreamEntry(NamedTuple):
    """One entry of a stream: its id, and its fields as they are listed; None where deleted."""

    id: str
    fields: FieldList | None


def read_stream_reply(reply: object) -> list[StreamEntry]:
    """The entries in a reply to XREAD for one stream; none where the wait was in vain.

    Raises:
        RedisStoreError: The reply has another shape.
    """
    if reply is None:
        return []
    if isinstance(reply, dict):
        return read_entries(next(iter(reply.values()), None))
    first = read_list(reply, "entries of a stream")[0]
    return read_entries(read_list(first, "entries of a stream")[1])


def read_entries(reply: object) -> list[StreamEntry]:
    """The entries in a reply to XRANGE, or from a script.

    Raises:
        RedisStoreError: It is not a list of entries.
    """
    entries = []
    for entry in read_list(reply, "entries of a stream"):
        parts = read_list(entry, "an entry of a stream")
        if len(parts) != 2:
            raise unexpected("an entry of a stream")
        entries.append(StreamEntry(read_stream_id(parts[0]), _read_field_list(parts[1])))
    return entries


def read_stream_id(reply: object) -> str:
    """The id of an entry.

    Raises:
        RedisStoreError: The reply is none.
    """
    text = read_text(reply, "the id of an entry")
    if not is_stream_id(text):
        raise unexpected("the id of an entry")
    return text


def _read_field_list(reply: object) -> FieldList | None:
    if reply is None:
        return None
    parts: list[str | bytes] = []
    for part in read_list(reply, "the fields of an entry"):
        if not isinstance(part, str | bytes):
            raise unexpected("the fields of an entry")
        parts.append(part)
    return parts
