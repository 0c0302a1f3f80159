"""Which events are believed."""

import re
from typing import NamedTuple, TypeGuard

from .._configuration_error import ConfigurationError

_MAX_KEYS = 16
_HEX_KEY = re.compile(r"(?:[0-9a-fA-F]{2}){32,512}")


class EventTrust(NamedTuple):
    """Which events are believed: those signed by one of the keys, or any. One has to be said.

    Not validated: `read_keys` does.
    """

    signature_keys: object = None
    allow_unsigned: object = None

    def __repr__(self) -> str:
        """Shows no key."""
        return "EventTrust(...)"


def read_keys(trust: EventTrust) -> tuple[bytes, ...]:
    """The keys of a trust; none where unsigned events are taken.

    Raises:
        ConfigurationError: Neither or both are given, or a key is not 32 bytes or more in hex.
    """
    keys, allow_unsigned = trust
    if allow_unsigned is not None and not isinstance(allow_unsigned, bool):
        raise ConfigurationError("allow_unsigned must be True or False.")
    if allow_unsigned and keys is not None:
        raise ConfigurationError("signature_keys and allow_unsigned exclude each other.")
    if allow_unsigned:
        return ()
    if keys is None:
        raise ConfigurationError(
            "signature_keys is missing. To take unsigned events, say so: allow_unsigned=True."
        )
    if not _is_list_of_keys(keys):
        raise ConfigurationError(
            f"signature_keys must be 1 to {_MAX_KEYS} keys, each of 32 to 512 bytes in hex."
        )
    return tuple(bytes.fromhex(key) for key in keys)


def _is_list_of_keys(keys: object) -> TypeGuard["list[str] | tuple[str, ...]"]:
    return (
        isinstance(keys, list | tuple)
        and 0 < len(keys) <= _MAX_KEYS
        and all(isinstance(key, str) and _HEX_KEY.fullmatch(key) for key in keys)
    )
