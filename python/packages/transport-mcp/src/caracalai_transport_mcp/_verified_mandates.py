"""Mandates that were verified before."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple, TypedDict

from caracalai_identity import MAX_TOKEN_LENGTH, VerifiedMandate

from ._principal import Principal
from ._read_options import read_integer, reject_unknown_names


class VerifiedMandatesOptions(TypedDict, total=False):
    """How many verified mandates are remembered.

    Attributes:
        max_entries: How many at the most: 1 to 10,000,000. Default 10,000.
        max_bytes: Memory for all of them together, in bytes, by estimate: 65,536 to 2^40. Default
            33,554,432.
    """

    max_entries: int | None
    max_bytes: int | None


class VerifiedMandatesLimits(NamedTuple):
    """`VerifiedMandatesOptions`, validated. No entries: nothing is remembered."""

    max_entries: int
    max_bytes: int


def read_verified_mandates(value: object) -> VerifiedMandatesLimits:
    """Validates the limits; False: nothing is remembered.

    Raises:
        ConfigurationError: A member is unknown or malformed.
    """
    if value is False:
        return VerifiedMandatesLimits(0, 0)
    # What is no mapping is refused with the next line, by its type.
    options: Mapping[str, object] = {} if value is None else value  # type: ignore[assignment]
    reject_unknown_names("verified_mandates", options, ("max_entries", "max_bytes"))
    return VerifiedMandatesLimits(
        read_integer(
            "verified_mandates: max_entries",
            options.get("max_entries"),
            default=10_000,
            least=1,
            most=10_000_000,
        ),
        read_integer(
            "verified_mandates: max_bytes",
            options.get("max_bytes"),
            default=2**25,
            least=2**16,
            most=2**40,
        ),
    )


class KnownMandate(NamedTuple):
    """What is remembered of a mandate whose signature and claims were verified."""

    verified: VerifiedMandate
    principal: Principal
    size: int


class VerifiedMandates:
    """Mandates that were verified before, by a digest of their whole token.

    Whether one still stands is for others to judge. Where there is no room, those go that were not
    asked for the longest (decision rules, "Verified-mandate cache").
    """

    def __init__(self, limits: VerifiedMandatesLimits) -> None:
        self._limits = limits
        self._entries: OrderedDict[bytes, KnownMandate] = OrderedDict()
        self._bytes = 0
        # A verifier may be asked in several threads, each with an event loop of its own.
        self._lock = threading.Lock()

    def digest(self, token: str) -> bytes | None:
        """By what a token is known again; None where it is not going to be."""
        if self._limits.max_entries == 0 or len(token) > MAX_TOKEN_LENGTH:
            return None
        return sha256(token.encode("utf-8", "surrogatepass")).digest()

    def get(self, digest: bytes) -> KnownMandate | None:
        """What is known of a token."""
        with self._lock:
            known = self._entries.get(digest)
            if known is not None:
                self._entries.move_to_end(digest)
            return known

    def remember(
        self, digest: bytes, verified: VerifiedMandate, principal: Principal, token_length: int
    ) -> None:
        """Remembers a mandate; of a token in so many characters."""
        size = _size_of(principal, token_length)
        with self._lock:
            self._forget(digest)
            if size > self._limits.max_bytes:
                return
            self._entries[digest] = KnownMandate(verified, principal, size)
            self._bytes += size
            while (
                len(self._entries) > self._limits.max_entries
                or self._bytes > self._limits.max_bytes
            ):
                self._forget(next(iter(self._entries)))

    def forget(self, digest: bytes) -> None:
        """What is to be verified anew, if it comes again."""
        with self._lock:
            self._forget(digest)

    def _forget(self, digest: bytes) -> None:
        known = self._entries.pop(digest, None)
        if known is not None:
            self._bytes -= known.size


def _size_of(principal: Principal, token_length: int) -> int:
    """What an entry takes, in bytes: measured on CPython 3.11, and rounded up.

    The claims grow with the token, and many short texts take more than their characters.
    """
    mandate = principal.mandate
    lists = (
        principal.scopes,
        principal.targets,
        mandate.aud,
        mandate.delegation_path or (),
        # Four objects each: an entry, and its three texts.
        (mandate.delegation_chain or ()) * 4,
    )
    return 1_152 + token_length + 64 * sum(map(len, lists))
