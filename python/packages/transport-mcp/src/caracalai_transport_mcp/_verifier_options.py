"""The options of a verifier."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from caracalai_identity import (
    AuthorityPolicy,
    ClaimsPolicy,
    ConfigurationError,
    KeyCache,
    shared_key_cache,
)
from caracalai_revocation import RevocationStore

from ._read_options import read_integer, read_list, read_text, reject_unknown_names
from ._requirements import REQUIREMENT_NAMES, Requirements, read_defaults
from ._server_url import read_server_url
from ._standing import RevocationNews


class _RequiredOptions(TypedDict):
    issuer: str
    audience: str
    zone_id: str | Sequence[str]
    revocations: RevocationStore


class MandateVerifierOptions(_RequiredOptions, Requirements, total=False):
    """How a verifier judges. Captured at construction; None is the default.

    Attributes:
        issuer: The STS, as mandates name it in `iss`: an https URL, or http on a loopback host,
            without user info, query or fragment. Compared exactly.
        audience: This server, as mandates name it in `aud`. Compared exactly.
        zone_id: The zone, or the zones, whose mandates are accepted. No other zone is ever asked
            for its keys.
        revocations: Where revocations are looked up.
        clock_tolerance_seconds: How far in the future `iat` and `nbf` may lie: 0 to 600. Default
            60.
        max_lifetime_seconds: The longest lifetime of a mandate: 1 to 82,800. Default 3,600.
        revocation_timeout_ms: How long the revocation store may take, in milliseconds: 1 to
            10,000. Default 250.
        key_cache: Where keys are kept. Default: one cache for all verifiers of the process.
        now: The clock, in seconds since the epoch. Default: `time.time`.
    """

    clock_tolerance_seconds: int | None
    max_lifetime_seconds: int | None
    revocation_timeout_ms: int | None
    key_cache: KeyCache | None
    now: Callable[[], float] | None


@dataclass(frozen=True)
class VerifierConfig:
    """The options of a verifier, validated, with nothing left out."""

    claims: ClaimsPolicy
    defaults: AuthorityPolicy
    revocations: RevocationStore
    revocation_timeout_ms: int
    key_cache: KeyCache
    now: Callable[[], float]
    news: RevocationNews


_OPTION_NAMES = (
    "issuer",
    "audience",
    "zone_id",
    "revocations",
    "clock_tolerance_seconds",
    "max_lifetime_seconds",
    "revocation_timeout_ms",
    "key_cache",
    "now",
    *REQUIREMENT_NAMES,
)

_LONGEST_LIFETIME_SECONDS = 23 * 3_600
"""A revocation entry lives 24 hours: a mandate must be gone before, clock differences included."""


def read_verifier_options(options: Mapping[str, Any]) -> VerifierConfig:
    """Validates and captures the options of a verifier.

    Raises:
        ConfigurationError: An option is missing, malformed or unknown.
    """
    reject_unknown_names("create_mandate_verifier", options, _OPTION_NAMES)
    get = options.get
    revocations = _read_store(get("revocations"))
    return VerifierConfig(
        claims=ClaimsPolicy(
            issuer=read_server_url("issuer", get("issuer")),
            audience=read_text("audience", get("audience")),
            zone_ids=_read_zones(get("zone_id")),
            clock_tolerance_seconds=read_integer(
                "clock_tolerance_seconds",
                get("clock_tolerance_seconds"),
                default=60,
                least=0,
                most=600,
            ),
            max_lifetime_seconds=read_integer(
                "max_lifetime_seconds",
                get("max_lifetime_seconds"),
                default=3_600,
                least=1,
                most=_LONGEST_LIFETIME_SECONDS,
            ),
        ),
        defaults=read_defaults(options),
        revocations=revocations,
        news=RevocationNews(revocations),
        revocation_timeout_ms=read_integer(
            "revocation_timeout_ms",
            get("revocation_timeout_ms"),
            default=250,
            least=1,
            most=10_000,
        ),
        key_cache=_read_key_cache(get("key_cache")),
        now=_read_clock(get("now")),
    )


def _read_zones(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return (read_text("zone_id", value),)
    zone_ids = read_list("zone_id", value)
    if not zone_ids:
        raise ConfigurationError("zone_id: the list of zones is empty")
    return zone_ids


def _read_store(value: Any) -> RevocationStore:  # noqa: ANN401 - whatever was given
    if value is None:
        raise ConfigurationError(
            "revocations is missing: give a RevocationStore, such as InMemoryRevocationStore()"
        )
    _require_methods("revocations", value, "is_revoked", "current_delegation_epoch")
    if getattr(value, "check", None) is not None:
        _require_methods("revocations", value, "check")
    store: RevocationStore = value
    return store


def _read_key_cache(value: Any) -> KeyCache:  # noqa: ANN401 - whatever was given
    if value is None:
        return shared_key_cache()
    _require_methods("key_cache", value, "find", "warmup")
    cache: KeyCache = value
    return cache


def _require_methods(name: str, value: object, *methods: str) -> None:
    if isinstance(value, type):
        raise ConfigurationError(f"{name} has to be an instance, not a class")
    for method in methods:
        if not callable(getattr(value, method, None)):
            raise ConfigurationError(f"{name} has no method {method}")


def _read_clock(value: object) -> Callable[[], float]:
    """A clock that fails, or says anything but a number, tells no time: everything is expired."""
    if value is None:
        return time.time
    if not callable(value):
        raise ConfigurationError("now has to be a function")

    def now() -> float:
        try:
            seconds = value()
            is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
            return float(seconds) if is_number else math.nan
        except Exception:
            return math.nan

    return now
