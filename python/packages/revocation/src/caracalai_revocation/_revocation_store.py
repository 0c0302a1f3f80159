"""The contract that every revocation store keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from ._maybe_awaitable import MaybeAwaitable


@dataclass(frozen=True)
class RevocationQuery:
    """What a verifier asks about one mandate, in one go (wire format, "Revocation").

    Attributes:
        anchors: The mandate's anchors: session, root session, agent session, delegation edge.
        zone_id: The zone whose delegation epoch is asked for; None where the mandate is not subject
            to it.
    """

    anchors: Sequence[str]
    zone_id: str | None = None


@dataclass(frozen=True)
class RevocationState:
    """What a store knows about one mandate (wire format, "Revocation").

    Attributes:
        revoked: Whether any of the anchors is revoked.
        delegation_epoch: The zone's delegation epoch; 0 where none is known or none was asked for.
    """

    revoked: bool
    delegation_epoch: int


@dataclass(frozen=True)
class AnchorRevoked:
    """An anchor that was not revoked before."""

    anchor: str
    kind: Literal["anchor"] = "anchor"


@dataclass(frozen=True)
class EpochRaised:
    """A zone's delegation epoch that grew."""

    zone_id: str
    epoch: int
    kind: Literal["epoch"] = "epoch"


RevocationEvent = AnchorRevoked | EpochRaised
"""What a subscriber hears."""


class RevocationStore(Protocol):
    """Which mandates were revoked (decision rules, "Revocation store").

    A store that cannot answer raises: it never answers False for want of an answer. Each method may
    be a coroutine function or a plain one. `caracalai_revocation.testing` holds the suite that
    every store has to pass.
    """

    def is_revoked(self, anchor: str, /) -> MaybeAwaitable[bool]:
        """Whether an anchor, a non-empty string, is revoked: True or False, nothing else."""
        ...

    def mark_revoked(self, anchor: str, /, ttl_ms: float | None = None) -> MaybeAwaitable[None]:
        """Revokes an anchor. An entry that is there is never shortened, only extended.

        Args:
            anchor: A non-empty string.
            ttl_ms: How long the entry lives, in milliseconds, fractions included; None: as long as
                the store says.

        Raises:
            TypeError: The anchor is not a non-empty string; nothing is changed.
            ValueError: The TTL is not a positive finite number; nothing is changed.
        """
        ...

    def current_delegation_epoch(self, zone_id: str, /) -> MaybeAwaitable[int]:
        """A zone's delegation epoch, up to 2^53 - 1; 0 where none is known."""
        ...

    def mark_delegation_epoch(
        self, zone_id: str, epoch: int, /, ttl_ms: float | None = None
    ) -> MaybeAwaitable[None]:
        """Raises a zone's delegation epoch.

        What is kept is the higher of two epochs for the longer of two lifetimes: no mark lowers an
        epoch, and none ends one earlier.

        Args:
            zone_id: A non-empty string.
            epoch: An integer from 0 to 2^53 - 1.
            ttl_ms: As for `mark_revoked`.

        Raises:
            TypeError: The zone is not a non-empty string; nothing is changed.
            ValueError: The epoch or the TTL is out of its range; nothing is changed.
        """
        ...


@runtime_checkable
class BatchCheck(Protocol):
    """What a store may offer beside: one round trip for all anchors and the epoch.

    Left out by stores that gain nothing from it: `check_each` does the same with the single
    questions.
    """

    def check(self, query: RevocationQuery, /) -> MaybeAwaitable[RevocationState]:
        """Answers for all anchors and the epoch."""
        ...


@runtime_checkable
class Subscribable(Protocol):
    """What a store may offer beside: it tells of new revocations."""

    def subscribe(self, listener: Callable[[RevocationEvent], object], /) -> Callable[[], None]:
        """Calls the listener once for each anchor that is newly revoked and each epoch that grows.

        Not where a live entry is extended, and after the store has taken it. An error of a listener
        reaches neither the one who marks nor the other listeners.

        Returns:
            The function that ends this subscription; further calls of it do nothing.
        """
        ...
