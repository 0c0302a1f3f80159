"""The keys of the shared store."""

from typing import Literal, NamedTuple

KEY_PREFIX = "caracal:revoked:"
"""Under this prefix are all keys of the shared store (wire format, "Revocation")."""

_EPOCH = "delegation-epoch:"


class KeyMeaning(NamedTuple):
    """What a key of the shared store stands for: an anchor, or the epoch of a zone."""

    kind: Literal["anchor", "epoch"]
    name: str


class RevocationKeys:
    """The keys of the shared store (wire format, "Revocation").

    `sessions:{anchor}` and `sessions:delegation-epoch:{zone}`, each under the prefix. An anchor
    that is named like a zone's epoch would share its key, so that neither could be told from the
    other: it is kept under `reserved:{anchor}` instead, where only this package looks for it.
    """

    def __init__(self, prefix: str = KEY_PREFIX) -> None:
        self._anchors = f"{prefix}sessions:"
        self._epochs = f"{prefix}sessions:{_EPOCH}"
        self._reserved = f"{prefix}reserved:"
        # An epoch's key begins as an anchor's does.
        self._prefixes: tuple[tuple[str, Literal["anchor", "epoch"]], ...] = (
            (self._epochs, "epoch"),
            (self._anchors, "anchor"),
            (self._reserved, "anchor"),
        )

    def anchor(self, anchor: str) -> str:
        """The key of an anchor."""
        return f"{self._reserved if self.is_reserved(anchor) else self._anchors}{anchor}"

    def epoch(self, zone_id: str) -> str:
        """The key of a zone's epoch."""
        return f"{self._epochs}{zone_id}"

    def is_reserved(self, anchor: str) -> bool:
        """Whether an anchor is named like a zone's epoch."""
        return anchor.startswith(_EPOCH)

    def ambiguous(self, anchor: str) -> str:
        """Where another writer may have put a reserved anchor: the key of an epoch."""
        return f"{self._anchors}{anchor}"

    def meaning_of(self, key: str) -> KeyMeaning | None:
        """What a key stands for; None where it is none of the shared store's."""
        for prefix, kind in self._prefixes:
            if key.startswith(prefix):
                return KeyMeaning(kind, key[len(prefix) :]) if len(key) > len(prefix) else None
        return None
