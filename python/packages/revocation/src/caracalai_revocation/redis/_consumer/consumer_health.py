"""How a consumer is."""

from dataclasses import dataclass
from typing import Literal

from .._clock import monotonic_ms
from .consumer_group import GroupRead
from .loss_note import LossKind, kind_of_loss

ConsumerState = Literal["new", "starting", "reading", "retrying", "stopping", "stopped"]
"""What a consumer is doing: `retrying` is the state while Redis can't be read from."""

_PROMISED_MS = 1_000
"""How long after its revocation a mandate may be let in while the consumer is ready."""


@dataclass(frozen=True)
class ConsumerError:
    """What went wrong last, and how long ago, in milliseconds."""

    message: str
    ago_ms: int


@dataclass(frozen=True)
class ConsumerHealth:
    """How a consumer is. Holds no anchor, key or address: it may be shown and logged.

    Attributes:
        state: What it is doing.
        ready: Whether all that was revoked more than a second ago is in the store: a read that was
            sent within the last second has shown it, no event waits to be acted on for longer by
            any consumer of the group, and none was lost that may still matter.
        last_read_ago_ms: How long ago the last read was sent that was answered, in milliseconds.
        pending: Events given to consumers of the group and not acknowledged, as of the last read.
        oldest_ms: How old the oldest event was by the server's clock that was not acted on, as of
            the last read, in milliseconds; 0 where there is none.
        applied: Events acted on and acknowledged by this consumer.
        dead_letters: Events set aside by this consumer.
        wrong_signatures: How many of them had a signature of none of the keys. Where there are any,
            `signature_keys` may not be those that producers sign with.
        reclaimed: Events taken over from other consumers, or again from itself.
        trimmed: Events of whose trimming this consumer knows.
        loss: A loss of events that may still matter, whichever consumer of the group has noticed
        it.
        last_error: What went wrong last.
    """

    state: ConsumerState
    ready: bool
    last_read_ago_ms: int | None
    pending: int
    oldest_ms: int
    applied: int
    dead_letters: int
    wrong_signatures: int
    reclaimed: int
    trimmed: int
    loss: LossKind | None
    last_error: ConsumerError | None


class ConsumerRecord:
    """What is remembered of a consumer's work, for its health. Times are of the monotonic clock."""

    def __init__(self) -> None:
        self.state: ConsumerState = "new"
        self.applied = 0
        self.dead_letters = 0
        self.wrong_signatures = 0
        self.reclaimed = 0
        self.trimmed = 0
        self._last_read: GroupRead | None = None
        self._up_to_date_at = 0.0
        self._loss: LossKind | None = None
        self._last_error: tuple[str, float] | None = None

    def note_read(self, read: GroupRead, up_to_date_at: float) -> None:
        """Keeps what a read has shown: what was published before that moment has been acted on."""
        self._last_read = read._replace(entries=())
        self._up_to_date_at = up_to_date_at
        self.trimmed += read.trimmed
        self._loss = None if read.loss_note is None else kind_of_loss(read.loss_note)

    def note_loss(self, kind: LossKind) -> None:
        """Known at once, and as of the next read from Redis."""
        self._loss = kind

    def note_error(self, message: str) -> None:
        """Keeps what went wrong."""
        self._last_error = (message, monotonic_ms())

    def health(self) -> ConsumerHealth:
        """How it is by now."""
        now = monotonic_ms()
        last, error = self._last_read, self._last_error
        is_up_to_date = last is not None and now - self._up_to_date_at <= _PROMISED_MS
        return ConsumerHealth(
            state=self.state,
            ready=self.state == "reading" and is_up_to_date and self._loss is None,
            last_read_ago_ms=None if last is None else round(now - last.sent_at),
            pending=0 if last is None else last.pending,
            oldest_ms=0 if last is None else last.oldest_ms,
            applied=self.applied,
            dead_letters=self.dead_letters,
            wrong_signatures=self.wrong_signatures,
            reclaimed=self.reclaimed,
            trimmed=self.trimmed,
            loss=self._loss,
            last_error=None if error is None else ConsumerError(error[0], round(now - error[1])),
        )
