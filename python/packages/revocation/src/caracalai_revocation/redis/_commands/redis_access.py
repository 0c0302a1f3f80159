"""How Redis is reached: by a client of redis-py."""

import asyncio

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from .._configuration_error import ConfigurationError

_MAX_CONNECTIONS = 16
"""How many connections of the client are used at a time; commands beyond that wait for one."""


class OwnConnection:
    """A connection of one's own, for reads that block, and for writes that belong together.

    A command is sent without waiting for the replies to those before it; they come in order. It
    does not reconnect: when it fails, it is closed and another one is opened.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._sending = asyncio.Lock()
        self._last_reply = asyncio.Event()
        self._last_reply.set()

    async def open(self) -> None:
        """Connects. May wait for long: the caller has a deadline and closes."""
        # redis-py has no types for this.
        await self._connection.connect()  # type: ignore[no-untyped-call]

    async def command(self, *args: str | bytes) -> object:
        """Sends a command and gives its reply."""
        async with self._sending:
            if not self._connection.is_connected:
                raise RedisConnectionError("The connection is closed.")
            await _send(self._connection, args)
            before, self._last_reply = self._last_reply, asyncio.Event()
            replied = self._last_reply
        try:
            await before.wait()
            if not self._connection.is_connected:
                raise RedisConnectionError("The connection is closed.")
            return await _receive(self._connection)
        except asyncio.CancelledError:
            # No reply is taken for another one's.
            await self.close()
            raise
        finally:
            replied.set()

    async def close(self) -> None:
        """Ends the connection at once. May be repeated."""
        await self._connection.disconnect(nowait=True)


class RedisAccess:
    """How this package reaches Redis.

    Past the client's own methods: those try again for as long as they like, and take replies for
    what they are not. The connections are those of the client's pool, and have its settings.

    Args:
        client: Of `redis.asyncio`, for one server or from Sentinel's `master_for`. It stays the
            caller's, who closes it.

    Raises:
        ConfigurationError: The client is of another kind, or reads from replicas.
    """

    def __init__(self, client: object) -> None:
        self._pool = _pool_of(client)
        limit = getattr(self._pool, "max_connections", _MAX_CONNECTIONS)
        self._slots = asyncio.Semaphore(min(_MAX_CONNECTIONS, limit))

    def is_like(self, other: "RedisAccess") -> bool:
        """Whether both are by the same client."""
        return other._pool is self._pool  # noqa: SLF001 - of the same class

    async def command(self, *args: str | bytes) -> object:
        """Sends a command on one of the connections that the client shares between its users."""
        async with self._slots:
            # redis-py has no types for this.
            connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
            try:
                return await _exchange_again(connection, args)
            finally:
                await self._pool.release(connection)

    def connection(self) -> OwnConnection:
        """A connection of its own, with the client's settings, not yet open."""
        settings = {
            name: value
            for name, value in self._pool.connection_kwargs.items()
            # What RESP3 is needed for, and nothing else.
            if "maint" not in name
        }
        settings |= {
            # Whoever waits for a reply decides how long, and when to try again.
            "socket_timeout": None,
            "socket_connect_timeout": None,
            "retry": Retry(NoBackoff(), 0),
            "retry_on_timeout": False,
            "retry_on_error": [],
            "health_check_interval": 0,
            "protocol": 2,
        }
        return OwnConnection(self._pool.connection_class(**settings))


async def _exchange_again(connection: AbstractConnection, args: tuple[str | bytes, ...]) -> object:
    """Once more on a new connection, where the old one was perhaps cut long ago.

    The pool does not notice that of all that are idle. Whatever this package sends may be done
    twice.
    """
    try:
        return await _exchange(connection, args)
    except RedisConnectionError as error:
        # Those of another class are what Redis has answered.
        if type(error) is not RedisConnectionError:
            raise
        return await _exchange(connection, args)


async def _exchange(connection: AbstractConnection, args: tuple[str | bytes, ...]) -> object:
    await _send(connection, args)
    return await _receive(connection)


async def _send(connection: AbstractConnection, args: tuple[str | bytes, ...]) -> None:
    encoded = [arg.encode() if isinstance(arg, str) else arg for arg in args]
    await connection.send_command(*encoded)


async def _receive(connection: AbstractConnection) -> object:
    # A read that is cancelled closes the connection: no reply is taken for another one's.
    return await connection.read_response(disable_decoding=True)


def _pool_of(client: object) -> ConnectionPool:
    if not isinstance(client, Redis):
        raise ConfigurationError("redis must be a client of redis.asyncio (Redis) for one server.")
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool) and not pool.is_master:
        raise ConfigurationError("The client reads from replicas: use Sentinel's master_for.")
    return pool
