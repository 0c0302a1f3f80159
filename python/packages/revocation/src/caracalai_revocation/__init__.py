"""Which Caracal mandates were revoked: the store contract, and a store in memory."""

from ._check_each import check_each
from ._errors import RevocationStoreError, RevocationStoreFullError
from ._in_memory_revocation_store import InMemoryRevocationStore, InMemoryRevocationStoreOptions
from ._maybe_awaitable import MaybeAwaitable
from ._revocation_store import (
    AnchorRevoked,
    BatchCheck,
    EpochRaised,
    RevocationEvent,
    RevocationQuery,
    RevocationState,
    RevocationStore,
    Subscribable,
)

__all__ = [
    "AnchorRevoked",
    "BatchCheck",
    "EpochRaised",
    "InMemoryRevocationStore",
    "InMemoryRevocationStoreOptions",
    "MaybeAwaitable",
    "RevocationEvent",
    "RevocationQuery",
    "RevocationState",
    "RevocationStore",
    "RevocationStoreError",
    "RevocationStoreFullError",
    "Subscribable",
    "check_each",
]
