"""What Redis answers, read strictly."""

import re
from collections.abc import Sequence

from .._redis_store_error import RedisStoreError

_INTEGER = re.compile(r"-?[0-9]{1,16}")
_MAX_SAFE_INTEGER = 2**53 - 1


def read_list(reply: object, what: str) -> Sequence[object]:
    """A list.

    Raises:
        RedisStoreError: The reply is none.
    """
    if not isinstance(reply, list | tuple):
        raise unexpected(what)
    return reply


def read_text(reply: object, what: str) -> str:
    """A text, or bytes of one; what is not UTF-8 in them is replaced.

    Raises:
        RedisStoreError: The reply is neither.
    """
    if isinstance(reply, str):
        return reply
    if isinstance(reply, bytes):
        return reply.decode("utf-8", "replace")
    raise unexpected(what)


def read_integer(reply: object, what: str) -> int:
    """An integer that every language holds exactly, as a number or as text.

    Raises:
        RedisStoreError: The reply is none.
    """
    if isinstance(reply, int) and not isinstance(reply, bool):
        integer = reply
    else:
        text = read_text(reply, what)
        if _INTEGER.fullmatch(text) is None:
            raise unexpected(what)
        integer = int(text)
    if abs(integer) > _MAX_SAFE_INTEGER:
        raise unexpected(what)
    return integer


def unexpected(what: str) -> RedisStoreError:
    """The reply itself is not quoted: it may hold what others have written."""
    return RedisStoreError("reply", f"Redis answered with something that is not {what}.")
