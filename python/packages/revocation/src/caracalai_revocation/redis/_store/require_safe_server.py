"""Whether a server is fit to hold revocations."""

import re
from collections.abc import Mapping

from .._commands.redis_access import RedisAccess
from .._commands.replies import read_text
from .._commands.timed_command import RedisCommand, TimedCommand
from .._configuration_error import ConfigurationError
from .._read_options import read_integer
from .._redis_store_error import RedisStoreError

_OLDEST_MAJOR = 7

# What Redis answers to whoever may not do what has to be done: no outage, and waiting changes
# nothing.
_REFUSALS = {
    "WRONGPASS": (
        "Redis does not permit the login: the user name or the password is wrong (WRONGPASS)."
    ),
    "NOAUTH": (
        "Redis does not permit anything without a login, and the client has no password (NOAUTH)."
    ),
    "NOPERM": "Redis does not permit the client's user all that the README names (NOPERM).",
}


async def require_safe_server(redis: object, *, timeout_ms: int | None = None) -> None:
    """Asks the primary whether it is fit to hold revocations. To be called when a server starts.

    It lets the client in, is Redis 7.0 or later (or Valkey), a primary, and not set to make room by
    evicting keys, which would let revoked mandates in again. It is asked on a connection of its
    own. Needs the permission for INFO.

    Args:
        redis: A client of `redis.asyncio`.
        timeout_ms: How long a connection or a reply may take, in milliseconds; 5,000 by default, 10
            to 60,000.

    Raises:
        ConfigurationError: The server is not fit, or refuses the user, the password or the command
            (neither is named); or it is no such client.
        RedisStoreError: Redis gives no answer in time.
    """
    timeout = read_integer("timeout_ms", timeout_ms, 5_000, 10, 60_000)
    connection = RedisAccess(redis).connection()
    try:
        await TimedCommand(connection.open, 1)(timeout_ms=timeout)
        await require_safe_primary(connection.command, timeout)
    except RedisStoreError as error:
        refusal = _REFUSALS.get(error.redis_code or "")
        if refusal is None:
            raise
        raise ConfigurationError(refusal) from None
    finally:
        await connection.close()


async def require_safe_primary(command: RedisCommand, timeout_ms: int) -> None:
    """The same, by a command function."""
    reply = await TimedCommand(command, 1)("INFO", timeout_ms=timeout_ms)
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
