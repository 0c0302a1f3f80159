"""The keys that tell of a stream."""

from typing import NamedTuple

from .._consumer.loss_note import loss_key_of
from .history_marker import marker_key


class StreamKeys(NamedTuple):
    """Which stream is asked about, by its keys; in a cluster they are in its slot."""

    stream: str
    group: str
    marker_key: str
    loss_key: str


def keys_of(stream: str, group: str, key_prefix: str) -> StreamKeys:
    """The keys that tell of one stream."""
    return StreamKeys(stream, group, marker_key(key_prefix, stream), loss_key_of(stream, group))
