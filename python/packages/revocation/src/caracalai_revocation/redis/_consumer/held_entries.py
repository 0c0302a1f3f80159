"""What consumers of a group hold."""

from collections.abc import Sequence
from typing import NamedTuple


class HeldEntry(NamedTuple):
    """An entry that a consumer of the group was given and has not acknowledged.

    Attributes:
        id: Its id.
        consumer: Who holds it.
        deliveries: How often it was given to anybody.
    """

    id: str
    consumer: str
    deliveries: int


class HeldEntries:
    """Tells which entries have been held for long by the same consumer.

    Goes by one's own monotonic clock: Redis counts idle times from its wall clock, so that one that
    was set back hides what is held by the dead for as long.
    """

    def __init__(self) -> None:
        self._since: dict[HeldEntry, float] = {}

    def look(
        self, entries: Sequence[HeldEntry], *, sent_at: float, answered_at: float, held_ms: float
    ) -> list[HeldEntry]:
        """Takes down what is held, in place of what was held before.

        Args:
            entries: What is held,
            sent_at: when that was asked,
            answered_at: and when the answer was there.
            held_ms: What is long.

        Returns:
            What has been held without a change for `held_ms` at least.
        """
        self._since = {entry: self._since.get(entry, answered_at) for entry in entries}
        return [entry for entry in entries if sent_at - self._since[entry] >= held_ms]

    @property
    def oldest_since(self) -> float | None:
        """Since when the entry is known that is held for longest; None where none is."""
        return min(self._since.values(), default=None)
