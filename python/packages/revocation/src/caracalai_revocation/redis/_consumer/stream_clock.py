"""When entries of a stream came, by one's own clock."""

from math import inf
from typing import NamedTuple

from .._streams.stream_id import parse_stream_id

_APART_MS = 20
"""Marks that are closer together than this tell little more."""

_KEPT_MS = 2_000
"""What came before is old, however old."""


class _Mark(NamedTuple):
    """What is known of a stream at one moment of one's own monotonic clock."""

    last_id: tuple[int, int]
    at: float


class StreamClock:
    """Tells when entries of a stream came at the earliest, by one's own monotonic clock.

    Their ids hold times of the server's clock, which may have been moved since.
    """

    def __init__(self) -> None:
        self._marks: list[_Mark] = []

    def note(self, last_id: str, at: float) -> None:
        """Notes a read that was sent at `at` and has found that this is the highest id so far."""
        if self._marks and at - self._marks[-1].at < _APART_MS:
            return
        kept = [mark for mark in self._marks if at - mark.at <= _KEPT_MS]
        self._marks = [*kept, _Mark(parse_stream_id(last_id), at)]

    def not_yet_at(self, entry_id: str) -> float:
        """A moment at which an entry was not there yet, as late as is known; -inf for none."""
        parsed = parse_stream_id(entry_id)
        return max((mark.at for mark in self._marks if mark.last_id < parsed), default=-inf)
