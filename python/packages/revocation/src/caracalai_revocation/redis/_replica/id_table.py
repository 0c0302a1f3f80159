"""A hash table of ids with deadlines."""

import math
from collections.abc import Iterator

from .id_segment import IdSegment

_SEGMENT_ENTRIES = 1_024
"""About how many entries a full table has in each segment: what one pause for growth moves."""

_MAX_SEGMENTS = 16_384


class IdTable:
    """A hash table of 128-bit ids with deadlines, at most 64 bytes for each of many entries.

    It is cut into segments that grow by doubling, each for itself: no insertion moves more than a
    few thousand entries, and there is no moment at which all are held twice.

    Times are integers of the owner's unit, from 1 to `LATEST`.

    Args:
        max_entries: What the number of segments is chosen for; keeping to it is the owner's task.
        seed: An integer that makes places differ from one table to the next. Whoever revokes is
            trusted with its ids.
    """

    def __init__(self, max_entries: int, seed: int) -> None:
        bits = math.ceil(math.log2(max(1, max_entries / _SEGMENT_ENTRIES)))
        self._seed = seed
        self._segments = [IdSegment(seed) for _ in range(min(2**bits, _MAX_SEGMENTS))]
        self._size = 0
        self._last_swept = 0

    @property
    def size(self) -> int:
        """How many entries are held, those included that have ended and were not swept yet."""
        return self._size

    @property
    def bytes(self) -> int:
        """What the entries take."""
        return sum(segment.bytes for segment in self._segments)

    def deadline_of(self, bits: int) -> int:
        """The deadline kept for an id, whether it has passed or not; 0 where there is none."""
        return self._segment_of(bits).deadline_of(bits)

    def set(self, bits: int, deadline: int, *, marked: bool, now: int) -> None:
        """Sets the deadline of an id, new or not. The mark of a live one stays."""
        segment = self._segment_of(bits)
        before = segment.size
        try:
            segment.set(bits, deadline, marked=marked, now=now)
        finally:
            # Where there was no memory for it, ended ones may be gone all the same.
            self._size += segment.size - before

    def sweep(self, now: int) -> None:
        """Drops all that has ended."""
        for segment in self._segments:
            self._sweep_segment(segment, now)

    def sweep_some(self, now: int) -> None:
        """Drops what has ended in one segment, the next one each time."""
        self._last_swept = (self._last_swept + 1) % len(self._segments)
        self._sweep_segment(self._segments[self._last_swept], now)

    def unmark(self) -> None:
        """Takes the mark off every entry."""
        for segment in self._segments:
            segment.unmark()

    def unmarked(self, now: int) -> Iterator[list[tuple[int, int]]]:
        """The entries without a mark that have not ended, a segment at a time.

        The table may be changed meanwhile.
        """
        for segment in self._segments:
            yield segment.unmarked(now)

    def _sweep_segment(self, segment: IdSegment, now: int) -> None:
        before = segment.size
        segment.sweep(now)
        self._size += segment.size - before

    def _segment_of(self, bits: int) -> IdSegment:
        """By another hash than the one that chooses the place in the segment."""
        return self._segments[hash((bits, self._seed)) & (len(self._segments) - 1)]
