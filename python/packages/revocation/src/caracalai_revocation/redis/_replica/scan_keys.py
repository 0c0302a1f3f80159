"""Reading all keys of a server."""

import re
from collections.abc import AsyncIterator, Sequence
from math import inf
from typing import NamedTuple

from .._commands.replies import read_integer, read_list, read_text, unexpected
from .._commands.script import run_script
from .._commands.timed_command import TimedCommand
from .._redis_store_error import RedisStoreError
from .scripts import SCAN_KEYS

_SCAN_COUNT = 1_000
"""About how many keys a server looks at in one go: it does nothing else meanwhile."""

_PARTS = 5


class ScannedKey(NamedTuple):
    """A key of the server.

    Attributes:
        key: Its name.
        ttl_ms: Infinite where it does not end, and 0 where it has ended.
        value: What the key holds, where that was asked for; empty where it holds no text.
    """

    key: str
    ttl_ms: float
    value: str


class ScannedPart(NamedTuple):
    """Some of the keys of one server, and its run id, which is the same in all parts."""

    run_id: str
    keys: Sequence[ScannedKey]


async def scan_keys(
    command: TimedCommand, *, pattern: str, values_of: str, timeout_ms: float
) -> AsyncIterator[ScannedPart]:
    """Reads the keys of one server, some at a time.

    A key that is there all the while comes once or more often; one that comes or goes meanwhile may
    be missed.

    Args:
        command: Asks one server.
        pattern: What is looked for.
        values_of: What those keys begin with whose values are wanted.
        timeout_ms: How long one answer may take.

    Raises:
        RedisStoreError: The server gives no answer, or is not the same one all the while.
    """
    server: str | None = None
    cursor: str | None = None
    while cursor != "0":
        args = (cursor or "0", pattern, str(_SCAN_COUNT), values_of)
        reply = await run_script(command, SCAN_KEYS, keys=(), args=args, timeout_ms=timeout_ms)
        parts = read_list(reply, "a part of a scan")
        if len(parts) != _PARTS:
            raise unexpected("a part of a scan")
        run_id = read_text(parts[0], "the id of a server")
        if server not in (None, run_id):
            raise RedisStoreError("reply", "The server changed during a scan.")
        server = run_id
        cursor = read_text(parts[1], "the cursor of a scan")
        yield ScannedPart(run_id, _read_keys(parts))


def pattern_of(prefix: str) -> str:
    """A pattern that every text matches which begins with `prefix`."""
    return re.sub(r"[\\*?[\]]", r"\\\g<0>", prefix) + "*"


def _read_keys(parts: Sequence[object]) -> list[ScannedKey]:
    ttls = read_text(parts[3], "the lifetimes of keys").split()
    names = read_list(parts[2], "keys")
    if len(ttls) != len(names):
        raise unexpected("the lifetimes of keys")
    # A key that is not UTF-8 is none that this package, or another one, has written.
    found = [
        ScannedKey(read_text(name, "a key"), _read_ttl(ttl), "")
        for name, ttl in zip(names, ttls, strict=True)
    ]
    flat = read_list(parts[4], "the values of keys")
    for at in range(0, len(flat) - 1, 2):
        # Lua counts from 1.
        index = read_integer(flat[at], "the number of a key") - 1
        if not 0 <= index < len(found):
            raise unexpected("the number of a key")
        value = read_text(flat[at + 1], "the value of a key")
        found[index] = found[index]._replace(value=value)
    return found


def _read_ttl(text: str) -> float:
    """-1: the key does not end. -2: it has ended."""
    ttl = read_integer(text, "the lifetime of a key")
    return inf if ttl == -1 else max(0, ttl)
