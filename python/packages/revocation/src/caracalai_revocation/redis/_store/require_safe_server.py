"""Whether a server is fit to hold revocations."""

import re
from collections.abc import Mapping

from .._commands.redis_access import RedisAccess
from .._commands.replies import read_text
from .._commands.timed_command import RedisCommand, TimedCommand
from .._configuration_error import ConfigurationError

_TIMEOUT_MS = 5_000
_OLDEST_MAJOR = 7


async def require_safe_server(redis: object) -> None:
    """Asks the primary whether it is fit to hold revocations. To be called when a server starts.

    Redis 7.0 or later (or Valkey), a primary, and not set to make room by evicting keys, which
    would let revoked mandates in again. Needs the permission for INFO.

    Args:
        redis: A client of `redis.asyncio`.

    Raises:
        ConfigurationError: The server is not fit, or it is no such client.
        RedisStoreError: Redis gives no answer within 5 seconds.
    """
    await require_safe_primary(RedisAccess(redis).command)


async def require_safe_primary(command: RedisCommand) -> None:
    """The same, by a command function."""
    reply = await TimedCommand(command, 1)("INFO", timeout_ms=_TIMEOUT_MS)
    _judge(_read_info(read_text(reply, "INFO")))


def _read_info(text: str) -> Mapping[str, str]:
    lines = (line.partition(":") for line in text.split("\r\n"))
    return {name: value for name, _, value in lines}


def _judge(info: Mapping[str, str]) -> None:
    major = re.match(r"[0-9]{1,6}", info.get("redis_version", ""))
    if major is None or int(major[0]) < _OLDEST_MAJOR:
        raise ConfigurationError("The server is older than Redis 7.0.")
    if info.get("role") != "master":
        raise ConfigurationError(
            "The server is a replica: it may not know of the newest revocations."
        )
    if info.get("maxmemory") != "0" and info.get("maxmemory_policy") != "noeviction":
        raise ConfigurationError(
            "The server evicts keys when its memory is full, revocations among them:"
            " set maxmemory-policy to noeviction."
        )
