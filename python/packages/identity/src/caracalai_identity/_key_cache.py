"""The signing keys of zones, shared by verifiers."""

import asyncio
import functools
import inspect
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypedDict, cast

import httpx

from ._configuration_error import ConfigurationError
from ._fetch_key_set import FetchLimits, fetch_key_set, key_set_url
from ._key_set import KeySet, parse_key_set
from ._maybe_awaitable import MaybeAwaitable
from ._zone_keys import KeyLookup, ZoneKeys, ZoneKeysTiming

if TYPE_CHECKING:
    from typing_extensions import Unpack

_logger = logging.getLogger("caracalai.identity")


@dataclass(frozen=True, kw_only=True)
class KeyQuery:
    """Which key is looked for.

    Attributes:
        zone_id: A zone of the configuration, never one that only a token names.
        refetch_unknown: Whether a key id that is not in the set may cause a fetch.
    """

    issuer: str
    zone_id: str
    kid: str
    refetch_unknown: bool = True


class KeyCache(Protocol):
    """The signing keys of zones, shared by verifiers."""

    def find(self, query: KeyQuery) -> MaybeAwaitable[KeyLookup]:
        """Finds a key, at once where the cache answers it. Never raises."""
        ...

    def warmup(self, issuer: str, zone_id: str) -> Awaitable[bool]:
        """Fetches a zone's key set ahead of the first token: whether there is a usable one now."""
        ...


@dataclass(frozen=True, kw_only=True)
class KeySetWarning:
    """Something about a key set that an operator should know. Holds no key.

    Attributes:
        code: `private_key_published`: the STS publishes the private part of a signing key. The key
            is not used.
        kid: Empty where the key has no usable one.
    """

    code: Literal["private_key_published"]
    issuer: str
    zone_id: str
    kid: str


class KeyCacheOptions(TypedDict, total=False):
    """How a key cache fetches and keeps key sets. Times are in milliseconds; None is the default.

    Attributes:
        ttl_ms: Younger key sets are served without a fetch. Default 300,000 (5 minutes).
        max_age_ms: Older key sets are not served; between `ttl_ms` and this they are refreshed
            behind the request. Default 600,000.
        unknown_key_cooldown_ms: At most one fetch in this time, for each zone, because of unknown
            key ids. Default 30,000.
        retry_ms: The pause after a failed fetch; doubles with each further one, up to ten times.
            Default 1,000.
        timeout_ms: For a whole fetch, body included. Default 5,000, at most 2,147,483,647.
        max_bytes: The longest body of a key set, in bytes as decompressed. Default 262,144.
        http_client: The client to fetch with, for a proxy or client certificates. It is not closed.
            Default: one for each fetch, that reads nothing from the environment.
        on_warning: Called for what an operator should know. Default: logged as a warning.
    """

    ttl_ms: int | None
    max_age_ms: int | None
    unknown_key_cooldown_ms: int | None
    retry_ms: int | None
    timeout_ms: int | None
    max_bytes: int | None
    http_client: httpx.AsyncClient | None
    on_warning: Callable[[KeySetWarning], object] | None


_NUMBERS = {
    "ttl_ms": 300_000,
    "max_age_ms": 600_000,
    "unknown_key_cooldown_ms": 30_000,
    "retry_ms": 1_000,
    "timeout_ms": 5_000,
    "max_bytes": 262_144,
}

_MAX_TIMEOUT_MS = 2_147_483_647
"""The limit of the TypeScript half, whose timers can't wait longer (2^31 - 1 milliseconds)."""

_MAX_SAFE_INTEGER = 2**53 - 1


def create_key_cache(**options: "Unpack[KeyCacheOptions]") -> KeyCache:
    """Creates a cache of key sets, bounded by the zones that verifiers are configured for.

    It can be shared by event loops: a fetch under way is joined within one of them.

    Args:
        **options: See `KeyCacheOptions`.

    Raises:
        ConfigurationError: An option is unknown or malformed.
    """
    return _ZoneKeyCache(options)


@functools.cache
def shared_key_cache() -> KeyCache:
    """The cache that all verifiers of a process share unless they are given one."""
    return create_key_cache()


class _ZoneKeyCache:
    def __init__(self, options: KeyCacheOptions) -> None:
        numbers = _read_numbers(options)
        self._limits = FetchLimits(
            _read_client(options.get("http_client")), numbers["timeout_ms"], numbers["max_bytes"]
        )
        self._timing = ZoneKeysTiming(*(numbers[name] for name in ZoneKeysTiming._fields))
        self._on_warning = _read_function(options.get("on_warning"))
        self._zones: dict[tuple[str, str], ZoneKeys] = {}
        self._warning_tasks: set[asyncio.Future[object]] = set()

    def find(self, query: KeyQuery) -> MaybeAwaitable[KeyLookup]:
        zone = self._zone(query.issuer, query.zone_id)
        return zone.find(query.kid, refetch_unknown=query.refetch_unknown)

    async def warmup(self, issuer: str, zone_id: str) -> bool:
        return await self._zone(issuer, zone_id).warmup()

    def _zone(self, issuer: str, zone_id: str) -> ZoneKeys:
        name = (issuer, zone_id)
        zone = self._zones.get(name)
        if zone is None:
            zone = ZoneKeys(lambda: self._load(issuer, zone_id), self._timing, _monotonic_ms)
            # Of two threads that come here at once, both get the zone that was first.
            zone = self._zones.setdefault(name, zone)
        return zone

    async def _load(self, issuer: str, zone_id: str) -> KeySet:
        parsed = parse_key_set(await fetch_key_set(key_set_url(issuer, zone_id), self._limits))
        if parsed is None:
            raise ValueError("The answer is not a key set")
        for kid in parsed.exposed_key_ids:
            self._warn(
                KeySetWarning(code="private_key_published", issuer=issuer, zone_id=zone_id, kid=kid)
            )
        if not parsed.keys:
            raise ValueError("The key set has no usable key")
        return parsed.keys

    def _warn(self, warning: KeySetWarning) -> None:
        try:
            result = self._on_warning(warning)
            if inspect.isawaitable(result):
                task = asyncio.ensure_future(cast("Awaitable[object]", result))
                self._warning_tasks.add(task)
                task.add_done_callback(self._forget)
        except Exception:  # a log that can't be written is no reason to lock everyone out
            return

    def _forget(self, task: "asyncio.Future[object]") -> None:
        self._warning_tasks.discard(task)
        if not task.cancelled():
            task.exception()


def _read_numbers(options: KeyCacheOptions) -> dict[str, int]:
    known = (*_NUMBERS, "http_client", "on_warning")
    numbers = dict(_NUMBERS)
    for name, value in options.items():
        if name not in known:
            raise ConfigurationError(f"Unknown option of the key cache: {name}")
        if value is None or name not in _NUMBERS:
            continue
        if type(value) is not int or not 0 < value <= _MAX_SAFE_INTEGER:
            raise ConfigurationError(f"{name} of the key cache has to be a positive integer")
        numbers[name] = value
    if numbers["max_age_ms"] < numbers["ttl_ms"]:
        raise ConfigurationError("max_age_ms of the key cache has to be ttl_ms or more")
    if numbers["timeout_ms"] > _MAX_TIMEOUT_MS:
        raise ConfigurationError(f"timeout_ms of the key cache has to be {_MAX_TIMEOUT_MS} at most")
    return numbers


def _read_client(value: object) -> httpx.AsyncClient | None:
    if value is None or isinstance(value, httpx.AsyncClient):
        return value
    raise ConfigurationError("http_client of the key cache has to be an httpx.AsyncClient")


def _read_function(value: object) -> Callable[[KeySetWarning], object]:
    if value is None:
        return _log
    if not callable(value):
        raise ConfigurationError("on_warning of the key cache has to be a function")
    return value


def _log(warning: KeySetWarning) -> None:
    zone, kid = (json.dumps(text) for text in (warning.zone_id, warning.kid))
    _logger.warning(
        "The key set of zone %s at %s publishes the private part of key %s. The key is not used."
        " Revoke it.",
        zone,
        warning.issuer,
        kid,
    )


def _monotonic_ms() -> float:
    return time.monotonic() * 1_000
