"""Strict base64url."""

import base64
import re

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TEXT = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def is_base64url(text: str) -> bool:
    """Whether text is base64url as JWS writes it (RFC 7515 section 2, RFC 4648 section 5).

    That is the URL-safe alphabet and nothing else, no padding, no length that encodes no whole
    byte, and no bits left over that are not zero. Exactly one text encodes given bytes, so no two
    tokens are the same bytes.
    """
    if _TEXT.fullmatch(text) is None:
        return False
    rest = len(text) % 4
    if rest == 0:
        return True
    if rest == 1:
        return False
    unused_bits = 0b1111 if rest == 2 else 0b11
    return _ALPHABET.index(text[-1]) & unused_bits == 0


def decode_base64url(text: str) -> bytes:
    """Decodes text that is known to be strict base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
