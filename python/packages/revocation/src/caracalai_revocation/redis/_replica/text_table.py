"""A map from texts to values that end."""

from dataclasses import dataclass
from math import inf
from typing import Generic, TypeVar

from .._events.read_fields import utf16_length

_MIN_SWEEP_SIZE = 1_024
"""Below this size, ended entries are not worth looking for."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class TextEntry(Generic[Value]):
    """What is kept for a text. Times are milliseconds of a monotonic clock."""

    value: Value
    expiry: float


class TextTable(Generic[Value]):
    """A map from texts to values that end. Look-ups never change it."""

    def __init__(self) -> None:
        self._entries: dict[str, TextEntry[Value]] = {}
        # Those without a mark, so that nobody has to look through all the others for them.
        self._unmarked: dict[str, None] = {}
        # Never later than the first expiry held, so that most sweeps need no look at the entries.
        self._earliest = inf
        self._sweep_size = _MIN_SWEEP_SIZE
        self._length = 0

    @property
    def size(self) -> int:
        """How many entries are held, those included that have ended and were not swept yet."""
        return len(self._entries)

    @property
    def length(self) -> int:
        """How long all texts are together, in UTF-16 units."""
        return self._length

    def get(self, text: str, now: float) -> TextEntry[Value] | None:
        """The live entry of a text: one of TTL T, set at S, is live while now < S + T."""
        entry = self._entries.get(text)
        return entry if entry is not None and now < entry.expiry else None

    def is_marked(self, text: str, now: float) -> bool:
        """Whether a text has a live entry with a mark."""
        return self.get(text, now) is not None and text not in self._unmarked

    def has(self, text: str) -> bool:
        """Whether there is an entry, live or ended: setting it takes no further room."""
        return text in self._entries

    def set(self, text: str, entry: TextEntry[Value], *, marked: bool, now: float) -> None:
        """Sets the entry of a text, new or not."""
        is_new = text not in self._entries
        if is_new and len(self._entries) >= self._sweep_size:
            self.sweep(now)
        length = self._length + (utf16_length(text) if is_new else 0)
        if not marked:
            self._unmarked[text] = None
        try:
            self._entries[text] = entry
        except MemoryError:
            # Only a new one takes room. It is stored whole, or not at all.
            self._unmarked.pop(text, None)
            raise
        if marked:
            self._unmarked.pop(text, None)
        self._length = length
        self._earliest = min(self._earliest, entry.expiry)

    def sweep(self, now: float) -> None:
        """Drops all that has ended."""
        if now >= self._earliest:
            for text in [text for text, entry in self._entries.items() if entry.expiry <= now]:
                length = self._length - utf16_length(text)
                del self._entries[text]
                self._unmarked.pop(text, None)
                self._length = length
            self._earliest = min((entry.expiry for entry in self._entries.values()), default=inf)
        # Looking again only when the table has doubled keeps the cost of an entry constant on
        # average.
        self._sweep_size = max(_MIN_SWEEP_SIZE, 2 * len(self._entries))

    def unmark(self) -> None:
        """Takes the mark off every entry."""
        self._unmarked = dict.fromkeys(self._entries)

    def unmarked(self, now: float) -> list[tuple[str, TextEntry[Value]]]:
        """The entries without a mark that have not ended."""
        found = ((text, self._entries[text]) for text in self._unmarked)
        return [(text, entry) for text, entry in found if now < entry.expiry]
