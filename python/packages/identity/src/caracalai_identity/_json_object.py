"""Strict JSON, read as the TypeScript half reads it."""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

JsonObject = Mapping[str, object]
"""A JSON object as parsed. Numbers are floats: JSON has one kind of them, and so has the twin."""

_MAX_DEPTH = 64
"""Deeper than any mandate; a bound that every language can keep."""

# A quote that nothing closes runs to the end: then the text is no JSON, however deep it is.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def parse_json_object(data: bytes) -> dict[str, object] | None:
    """Parses bytes as one JSON object (RFC 8259) in UTF-8, stricter than `json.loads`.

    No byte-order mark, no member twice in any object (RFC 7515 section 4, RFC 7519 section 4), no
    lone surrogate in any string, at most 64 levels, and none of `NaN` and `Infinity`. Every number
    is the nearest double, as in JavaScript: `1e2` is 100, `1e400` is infinite.

    Returns:
        None where the bytes are anything else.
    """
    try:
        text = data.decode()
        if _is_too_deep(text):
            return None
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    if not is_json_object(value):
        return None
    # Only an escape can bring in a lone surrogate: the text itself was decoded from UTF-8.
    if "\\u" in text and not _is_well_formed(value):
        return None
    return value


def is_json_object(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a parsed value is a JSON object: neither null nor an array."""
    return isinstance(value, dict)


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= _MAX_DEPTH:
        return False
    level = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            level += 1
            if level > _MAX_DEPTH:
                return True
        elif character in "]}":
            level -= 1
    return False


def _to_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise ValueError("A member stands twice")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_to_object, parse_int=float, parse_constant=_refuse_constant
)


def _is_well_formed(value: object) -> bool:
    if isinstance(value, str):
        return is_well_formed(value)
    if isinstance(value, dict):
        return all(is_well_formed(name) and _is_well_formed(item) for name, item in value.items())
    if isinstance(value, list):
        return all(_is_well_formed(item) for item in value)
    return True


def is_well_formed(text: str) -> bool:
    """Whether text is without surrogates, which stand for nothing outside of UTF-16."""
    return _SURROGATE.search(text) is None
