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
        self._high, self._low, self._deadlines, self._states = _free_slots(_MIN_SLOTS)
        self._size = 0
        # Never later than the first deadline held, so that most sweeps need no look at the entries.
        self._earliest = LATEST

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
        is_new = self._states[at] == _FREE
        # Beyond three quarters, runs of used slots get long.
        if is_new and 4 * (self._size + 1) > 3 * len(self._states):
            self._rebuild(now)
            at = self._find(bits)
        keeps_mark = self._states[at] == _MARKED and self._deadlines[at] > now
        if is_new:
            self._high[at] = bits >> 64
            self._low[at] = bits & _MASK_64
            self._size += 1
        # From here on nothing is allocated: an entry is stored whole, or not at all.
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
        highs, lows, deadlines, states = _free_slots(slots)
        earliest = LATEST
        for high, low, deadline, state in live:
            at = _slot_of(high, low, self._seed, states, highs, lows)
            highs[at] = high
            lows[at] = low
            deadlines[at] = deadline
            states[at] = state
            earliest = min(earliest, deadline)
        size = len(live)
        # From here on nothing is allocated: without the memory for it, what is held stays as it is.
        self._high = highs
        self._low = lows
        self._deadlines = deadlines
        self._states = states
        self._size = size
        self._earliest = earliest

    def _find(self, bits: int) -> int:
        high, low = bits >> 64, bits & _MASK_64
        return _slot_of(high, low, self._seed, self._states, self._high, self._low)


def _free_slots(slots: int) -> tuple["array[int]", "array[int]", "array[int]", bytearray]:
    """The upper and the lower halves of ids, their deadlines, and what the slots hold."""
    return (
        array("Q", bytes(8 * slots)),
        array("Q", bytes(8 * slots)),
        array("I", bytes(4 * slots)),
        bytearray(slots),
    )


def _slot_of(
    high: int, low: int, seed: int, states: bytearray, highs: "array[int]", lows: "array[int]"
) -> int:
    """The slot of an id: the one that holds it, else the free one that it belongs in."""
    mask = len(states) - 1
    at = hash((seed, high, low)) & mask
    while states[at] != _FREE and (lows[at] != low or highs[at] != high):
        at = (at + 1) & mask
    return at
