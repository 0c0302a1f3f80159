"""Ids of a stream's entries."""

import re

BEGINNING = "0-0"
"""Before the first entry that a stream can have."""

_STREAM_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")


def is_stream_id(text: str) -> bool:
    """Whether a text is the id of an entry, as Redis writes it: milliseconds, dash, number."""
    return _STREAM_ID.fullmatch(text) is not None


def parse_stream_id(text: str) -> tuple[int, int]:
    """The two halves of an id; ids are in the order of these.

    Raises:
        TypeError: It is none.
    """
    found = _STREAM_ID.fullmatch(text)
    if found is None:
        raise TypeError("This is no stream id.")
    return int(found[1]), int(found[2])


def time_of_entry(entry_id: str) -> int:
    """When an entry was added, by the clock of the server, in milliseconds."""
    return parse_stream_id(entry_id)[0]
