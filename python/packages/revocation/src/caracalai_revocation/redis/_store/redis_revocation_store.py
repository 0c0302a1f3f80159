"""Revocations in Redis."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from ..._errors import RevocationStoreFullError
from ..._mark_arguments import require_epoch, require_name, require_ttl
from ..._revocation_store import RevocationQuery, RevocationState
from .._commands.redis_access import RedisAccess
from .._commands.replies import read_list, read_text, unexpected
from .._commands.script import Script, run_script
from .._commands.timed_command import RedisCommand, TimedCommand
from .._redis_store_error import RedisStoreError
from .read_state import questions_of, state_of
from .revocation_keys import RevocationKeys
from .scripts import MARK_EPOCH, MARK_REVOKED, READ_VALUES
from .store_options import RedisRevocationStoreOptions, read_store_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

_MAX_SAFE_INTEGER = 2**53 - 1


class RedisRevocationStore:
    """Revocations in Redis or Valkey, shared by all who use the same server (wire format).

    Whatever is asked is answered from the primary within `read_timeout_ms`, or not at all: every
    method raises a `RedisStoreError` where Redis is slow, away, refuses, or answers with something
    that is no answer. Writes are decided on the server: whoever writes at the same time, no entry
    is ever shortened and no epoch lowered.

    It does not notice that a Redis came back empty, or was emptied: the consumer does.

    Args:
        **options: See `RedisRevocationStoreOptions`.

    Raises:
        ConfigurationError: An option is missing, unknown or out of its range.
    """

    def __init__(self, **options: "Unpack[RedisRevocationStoreOptions]") -> None:
        self._options = read_store_options(options)
        self._command = TimedCommand(self._options.command, self._options.max_pending_commands)
        self._keys = RevocationKeys(self._options.key_prefix)

    async def is_revoked(self, anchor: str) -> bool:
        """Whether an anchor is revoked.

        Raises:
            TypeError: The anchor is not a non-empty string of well-formed text.
            RedisStoreError: Redis gives no answer.
        """
        return (await self.check(RevocationQuery((anchor,)))).revoked

    async def current_delegation_epoch(self, zone_id: str) -> int:
        """A zone's delegation epoch; 0 where none is known.

        Raises:
            TypeError: The zone is not a non-empty string of well-formed text.
            RedisStoreError: Redis gives no answer.
        """
        _require_text("zone_id", zone_id)
        return (await self.check(RevocationQuery((), zone_id))).delegation_epoch

    async def check(self, query: RevocationQuery) -> RevocationState:
        """Answers for all anchors and the epoch in one round trip.

        Raises:
            TypeError: An anchor or the zone is not a non-empty string of well-formed text.
            RedisStoreError: Redis gives no answer.
        """
        for anchor in query.anchors:
            _require_text("anchor", anchor)
        if query.zone_id is not None:
            _require_text("zone_id", query.zone_id)
        questions = questions_of(self._keys, query)
        return state_of(questions, await self._read([question.key for question in questions]))

    async def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None:
        """Revokes an anchor for `ttl_ms` milliseconds, None: for `default_ttl_ms`.

        Part of a millisecond is a whole one. It returns when Redis has confirmed it.

        Raises:
            TypeError: The anchor is not a non-empty string of well-formed text.
            ValueError: The TTL is not a positive finite number.
            RevocationStoreFullError: Redis has no memory left; the entry is not stored.
            RedisStoreError: It is not known whether the entry is stored.
        """
        _require_text("anchor", anchor)
        await self._write(MARK_REVOKED, self._keys.anchor(anchor), (self._ttl(ttl_ms),))

    async def mark_delegation_epoch(
        self, zone_id: str, epoch: int, ttl_ms: float | None = None
    ) -> None:
        """Raises a zone's delegation epoch: the higher of two, for the longer of two lifetimes.

        Raises:
            TypeError: The zone is not a non-empty string of well-formed text.
            ValueError: The epoch (an integer from 0 to 2^53 - 1) or the TTL is out of its range.
            RevocationStoreFullError: Redis has no memory left; the entry is not stored.
            RedisStoreError: It is not known whether the entry is stored.
        """
        _require_text("zone_id", zone_id)
        require_epoch(epoch)
        await self._write(MARK_EPOCH, self._keys.epoch(zone_id), (str(epoch), self._ttl(ttl_ms)))

    def is_over(self, redis: RedisAccess) -> bool:
        """Whether it reaches Redis by the same client."""
        access = self._options.access
        return access is not None and access.is_like(redis)

    def over(self, connection: RedisCommand) -> "RedisRevocationStore":
        """The same store by way of one connection.

        After a failover, another one may still lead to the old server.
        """
        options = self._options
        return RedisRevocationStore(
            redis=connection,
            default_ttl_ms=options.default_ttl_ms,
            read_timeout_ms=options.read_timeout_ms,
            write_timeout_ms=options.write_timeout_ms,
            max_pending_commands=options.max_pending_commands,
            key_prefix=options.key_prefix,
        )

    def _ttl(self, ttl_ms: float | None) -> str:
        """Whole milliseconds, and no more of them than can be added to a time."""
        if ttl_ms is None:
            return str(self._options.default_ttl_ms)
        require_ttl(ttl_ms)
        return str(min(math.ceil(ttl_ms), _MAX_SAFE_INTEGER))

    async def _read(self, keys: Sequence[str]) -> list[str | None]:
        if not keys:
            return []
        timeout_ms = self._options.read_timeout_ms
        reply = await run_script(self._command, READ_VALUES, keys=keys, timeout_ms=timeout_ms)
        values = read_list(reply, "values")
        if len(values) != len(keys):
            raise unexpected("a value for each key")
        return [None if value is None else read_text(value, "a value") for value in values]

    async def _write(self, script: Script, key: str, args: Sequence[str]) -> None:
        timeout_ms = self._options.write_timeout_ms
        try:
            reply = await run_script(
                self._command, script, keys=(key,), args=args, timeout_ms=timeout_ms
            )
        except RedisStoreError as error:
            if error.redis_code != "OOM":
                raise
            message = "Redis has no memory left. The new entry is not stored."
            raise RevocationStoreFullError(message) from None
        if isinstance(reply, bool) or reply not in (0, 1):
            raise unexpected("the confirmation of a write")


def _require_text(what: Literal["anchor", "zone_id"], value: object) -> None:
    """Half a surrogate pair can't be sent."""
    require_name(what, value)
    try:
        str(value).encode()
    except UnicodeEncodeError:
        raise TypeError(f"{what} must be well-formed text.") from None
