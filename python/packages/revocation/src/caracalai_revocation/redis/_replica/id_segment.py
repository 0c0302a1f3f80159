"""A small hash table of ids with deadlines."""

from array import array

_MIN_SLOTS = 16
_MASK_64 = 2**64 - 1

LATEST = 2**32 - 1
"""The latest deadline that there is room for."""

# What a slot holds.
_FREE = 0
_UNMARKED = 1
_MARKED = 2
_SLOT_BYTES = 8 + 8 + 4 + 1


class IdSegment:
    """A small hash table of 128-bit ids with deadlines: open addressing, linear probing, arrays.

    A deadline is an integer from 1 to `LATEST`; an entry has ended where it is not above `now`.

    Nothing is ever taken out of its slot. A table that gets crowded is built anew from what is
    live, in the size that fits: ended entries leave no traces that slow down look-ups.
    """

    __slots__ = ("_deadlines", "_earliest", "_high", "_low", "_seed", "_size", "_states")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._high: array[int]
        self._low: array[int]
        self._deadlines: array[int]
        self._states: bytearray
        self._size: int
        self._earliest: int
        self._clear(_MIN_SLOTS)

    @property
    def size(self) -> int:
        """How many entries are held, those included that have ended and were not swept yet."""
        return self._size

    @property
    def bytes(self) -> int:
        """What the entries take."""
        return _SLOT_BYTES * len(self._states)

    def deadline_of(self, bits: int) -> int:
        """The deadline kept for an id, whether it has passed or not; 0 where there is none."""
        return self._deadlines[self._find(bits)]

    def set(self, bits: int, deadline: int, *, marked: bool, now: int) -> None:
        """Sets the deadline of an id, new or not. The mark of a live one stays."""
        at = self._find(bits)
        if self._states[at] == _FREE:
            # Beyond three quarters, runs of used slots get long.
            if 4 * (self._size + 1) > 3 * len(self._states):
                self._rebuild(now)
                at = self._find(bits)
            self._high[at] = bits >> 64
            self._low[at] = bits & _MASK_64
            self._size += 1
        keeps_mark = self._states[at] == _MARKED and self._deadlines[at] > now
        self._states[at] = _MARKED if marked or keeps_mark else _UNMARKED
        self._deadlines[at] = deadline
        self._earliest = min(self._earliest, deadline)

    def sweep(self, now: int) -> None:
        """Drops what has ended."""
        if self._size > 0 and self._earliest <= now:
            self._rebuild(now)

    def unmark(self) -> None:
        """Takes the mark off every entry."""
        self._states = self._states.replace(bytes((_MARKED,)), bytes((_UNMARKED,)))

    def unmarked(self, now: int) -> list[tuple[int, int]]:
        """The entries without a mark whose deadline is above `now`: ids and deadlines."""
        found: list[tuple[int, int]] = []
        at = self._states.find(_UNMARKED)
        while at >= 0:
            if self._deadlines[at] > now:
                found.append((self._high[at] << 64 | self._low[at], self._deadlines[at]))
            at = self._states.find(_UNMARKED, at + 1)
        return found

    def _clear(self, slots: int) -> None:
        self._high = array("Q", bytes(8 * slots))
        self._low = array("Q", bytes(8 * slots))
        self._deadlines = array("I", bytes(4 * slots))
        self._states = bytearray(slots)
        self._size = 0
        # Never later than the first deadline held, so that most sweeps need no look at the entries.
        self._earliest = LATEST

    def _rebuild(self, now: int) -> None:
        """Moves what is live into a table of the size that fits."""
        entries = zip(self._high, self._low, self._deadlines, self._states, strict=True)
        # A free slot has no deadline, and so is not live.
        live = [entry for entry in entries if entry[2] > now]
        slots = _MIN_SLOTS
        # Room for a while, so that the next time is not soon; at 34 % full, an entry takes 61.8
        # bytes.
        while len(live) > 0.68 * slots:
            slots *= 2
        self._clear(slots)
        for high, low, deadline, state in live:
            at = self._find(high << 64 | low)
            self._high[at] = high
            self._low[at] = low
            self._deadlines[at] = deadline
            self._states[at] = state
            self._earliest = min(self._earliest, deadline)
        self._size = len(live)

    def _find(self, bits: int) -> int:
        """The slot of an id: the one that holds it, else the free one that it belongs in."""
        states, highs, lows = self._states, self._high, self._low
        mask = len(states) - 1
        high, low = bits >> 64, bits & _MASK_64
        at = hash((self._seed, high, low)) & mask
        while states[at] != _FREE and (lows[at] != low or highs[at] != high):
            at = (at + 1) & mask
        return at
