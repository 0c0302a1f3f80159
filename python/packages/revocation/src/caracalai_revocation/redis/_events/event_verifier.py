"""Checking the signatures of events."""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence

from .event_signature import SIGNATURE_FIELD, event_signature
from .event_trust import EventTrust, read_keys
from .invalid_event_error import InvalidEventError

EventVerifier = Callable[[Mapping[str, str]], None]
"""Raises `InvalidEventError` where the fields of an event are not to be believed."""

_SIGNATURE = re.compile(r"[0-9a-f]{64}")


def create_event_verifier(
    stream: str,
    *,
    signature_keys: Sequence[str] | None = None,
    allow_unsigned: bool | None = None,
) -> EventVerifier:
    """Checks the signatures of one stream's events; one of another stream has another signature.

    Args:
        stream: The name of the stream, which is part of what is signed.
        signature_keys: The keys that events may be signed with, each of 32 bytes or more, in hex; 1
            to 16 of them. For a rotation the new one is added, the producers change over, the old
            one is left out.
        allow_unsigned: Takes events without a signature, and does not look at signatures that are
            there. Whoever can write to Redis can then end any session.

    Raises:
        ConfigurationError: Neither or both are given, or a key is not 32 bytes or more in hex.
    """
    keys = read_keys(EventTrust(signature_keys, allow_unsigned))

    def verify(fields: Mapping[str, str]) -> None:
        signature = fields.get(SIGNATURE_FIELD)
        if signature is None:
            raise InvalidEventError("unsigned")
        if _SIGNATURE.fullmatch(signature) is None:
            raise InvalidEventError("wrong_signature")
        # Every key is tried: how long it takes says nothing about which one it was.
        matches = [
            key
            for key in keys
            if hmac.compare_digest(signature, event_signature(stream, fields, key))
        ]
        if not matches:
            raise InvalidEventError("wrong_signature")

    return verify if keys else _believe


def _believe(_: Mapping[str, str]) -> None:
    """Takes anything."""
