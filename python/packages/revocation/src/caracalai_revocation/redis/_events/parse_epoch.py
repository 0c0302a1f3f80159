"""Epochs as text."""

import re

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")
_MAX_SAFE_INTEGER = 2**53 - 1


def parse_epoch(text: str) -> int | None:
    """An epoch as it is written in events and keys; nothing else can be compared for certain."""
    epoch = int(text) if _DECIMAL.fullmatch(text) else None
    return epoch if epoch is not None and epoch <= _MAX_SAFE_INTEGER else None
