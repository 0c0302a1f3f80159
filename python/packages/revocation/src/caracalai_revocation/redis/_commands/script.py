"""Scripts that run in Redis."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from .._clock import monotonic_ms
from .._redis_store_error import RedisStoreError
from .timed_command import TimedCommand


@dataclass(frozen=True)
class Script:
    """A script that runs in Redis, where nothing comes between its steps."""

    source: str
    sha1: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha1", digest)


def script(source: str, *, reads: bool) -> Script:
    """A script of Redis 7 or later.

    One that is not said to write nothing is refused by a server that is not (any more) the primary,
    and by a primary that has lost the replicas it must have (`min-replicas-to-write`): what such a
    server says may be out of date. So a script that only reads is told apart by one flag alone: it
    also runs where memory is used up.
    """
    flags = " flags=allow-oom" if reads else ""
    return Script(f"#!lua{flags}\n{source.strip()}\n")


async def run_script(
    command: TimedCommand,
    script: Script,
    *,
    keys: Sequence[str],
    args: Sequence[str | bytes] = (),
    timeout_ms: float,
) -> object:
    """Runs a script by its digest, and with its text where the server does not know it.

    One deadline for both.

    Raises:
        RedisStoreError: There is no reply in time, or an error in its place.
    """
    rest = (str(len(keys)), *keys, *args)
    start = monotonic_ms()
    try:
        return await command("EVALSHA", script.sha1, *rest, timeout_ms=timeout_ms)
    except RedisStoreError as error:
        if error.redis_code != "NOSCRIPT":
            raise
    left = max(1, timeout_ms - (monotonic_ms() - start))
    return await command("EVAL", script.source, *rest, timeout_ms=left)
