"""Lengths as JavaScript counts them, so that both languages draw the same line."""

import re

_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units of text: a character beyond U+FFFF counts twice."""
    return len(text) if text.isascii() else len(text) + len(_ASTRAL.findall(text))
