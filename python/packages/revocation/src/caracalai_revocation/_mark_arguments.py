"""The rules for what is marked and asked for."""

import sys
from typing import Literal, TypeGuard

_MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it, two numbers can be one in JavaScript, and in Lua scripts."""


def require_name(what: Literal["anchor", "zone_id"], value: object) -> None:
    """Refuses what cannot name an anchor or a zone, asked for or marked."""
    if not isinstance(value, str) or value == "":
        raise TypeError(f"{what} must be a non-empty string.")


def require_ttl(ttl_ms: object) -> None:
    """Refuses a lifetime that could end an entry at once or never: mistakes of the caller."""
    if not is_positive_finite(ttl_ms):
        raise ValueError("ttl_ms must be a positive finite number of milliseconds.")


def require_epoch(epoch: object) -> None:
    """Refuses an epoch that cannot be compared exactly in every language."""
    if not is_epoch(epoch):
        raise ValueError("epoch must be an integer from 0 to 2^53 - 1.")


def is_epoch(value: object) -> TypeGuard[int]:
    """Whether a value is an integer from 0 to 2^53 - 1; True and False are none."""
    return (
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_SAFE_INTEGER
    )


def is_positive_finite(value: object) -> TypeGuard[float]:
    """Whether a value is a number above 0 that is not infinite."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 < value <= sys.float_info.max
    )
