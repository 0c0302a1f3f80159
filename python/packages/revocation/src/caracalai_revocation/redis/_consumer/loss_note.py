"""Notes about losses."""

import uuid
from typing import Literal

LossKind = Literal["stream_trimmed", "history_lost"]
"""Why events were lost.

Trimmed from the stream before anybody in the group acted on them, or gone with the history of which
Redis has come back without the latest part, or without any.
"""


def loss_key_of(stream: str, group: str) -> str:
    """The key of the note about a loss, beside the stream: in its slot of a cluster."""
    # A name that has braces keeps it there itself.
    name = stream if "{" in stream else f"{{{stream}}}"
    return f"{name}.loss.{group}"


def new_loss_note(kind: LossKind) -> str:
    """A new note about a loss: its kind, and what tells it from every other note."""
    return f"{kind} {uuid.uuid4()}"


def speaks_of(note: str, kind: LossKind) -> bool:
    """Whether a note speaks of a loss of that kind.

    It speaks for those that it has replaced as well.
    """
    return kind in note


def kind_of_loss(note: str) -> LossKind:
    """Of which kind a loss is. Whatever else a note says, it is one."""
    return "stream_trimmed" if note.startswith("stream_trimmed") else "history_lost"


class KnownLoss:
    """Tells how long a loss has been known.

    A note in Redis has no lifetime: that would end by the wall clock of the server, which may be
    set forward.
    """

    def __init__(self) -> None:
        self.note: str | None = None
        """The note that was seen last, if any."""
        self._since = 0.0

    def see(self, note: str | None, at: float) -> float:
        """Takes down which note there is at a moment of one's own monotonic clock.

        Returns:
            For how long it has been known, in milliseconds.
        """
        if note != self.note:
            self._since = at
        self.note = note
        return at - self._since
