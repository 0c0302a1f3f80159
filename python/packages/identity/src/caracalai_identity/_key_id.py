"""What a key id may be."""

import re
from typing import TypeGuard

_MAX_LENGTH = 256
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def is_key_id(value: object) -> TypeGuard[str]:
    """Whether a value can be a `kid`: 1 to 256 characters, none of them a control character."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= _MAX_LENGTH
        and _CONTROL_CHARACTER.search(value) is None
    )
