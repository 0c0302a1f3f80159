"""What an operation needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from caracalai_identity import AuthorityPolicy

from ._read_options import read_flag, read_integer, read_list, read_scopes, reject_unknown_names


class Requirements(TypedDict, total=False):
    """What an operation needs of a mandate.

    Given to a verifier, these are its defaults; given for a route or a tool, they narrow the
    defaults and can't widen them: lists are united, flags are or-ed, the smaller hop limit wins.
    None means: as the default.

    Attributes:
        required_scopes: Scopes (RFC 6749 section 3.3), all of which have to be granted. Default
            none.
        required_targets: Resources, all of which have to be among the mandate's targets; exact
            comparison. Default none.
        require_agent: Only an agent's mandate. Default False.
        require_delegation: Only a delegated mandate. Default False.
        require_chain_contains: Application ids, all of which have to be in the delegation chain.
            Default none.
        require_chain_integrity: Delegation path, chain, edge and hop count have to fit together.
            Default False.
        max_hop_count: How often the authority may have been delegated: an integer of 0 or more.
            Default 10.
    """

    required_scopes: Sequence[str] | None
    required_targets: Sequence[str] | None
    require_agent: bool | None
    require_delegation: bool | None
    require_chain_contains: Sequence[str] | None
    require_chain_integrity: bool | None
    max_hop_count: int | None


REQUIREMENT_NAMES: tuple[str, ...] = tuple(Requirements.__annotations__)
"""The names of the members of `Requirements`."""

_DEFAULT_MAX_HOP_COUNT = 10


@dataclass(frozen=True)
class CapturedRequirements:
    """Requirements, validated and frozen. No hop limit means: as the default."""

    required_scopes: tuple[str, ...]
    required_targets: tuple[str, ...]
    require_agent: bool
    require_delegation: bool
    require_chain_contains: tuple[str, ...]
    require_chain_integrity: bool
    max_hop_count: int | None


Route = Requirements | CapturedRequirements
"""What a route or a tool needs on top of the defaults."""


def capture_requirements(route: Route) -> CapturedRequirements:
    """Validates and captures requirements before there is a verifier to hold them against.

    What is wrong with them shows where they are written, not at the first request.

    Raises:
        ConfigurationError: A member is unknown or malformed.
    """
    members = vars(route) if isinstance(route, CapturedRequirements) else route
    reject_unknown_names("requirements", members, REQUIREMENT_NAMES)
    return _capture(members)


def read_defaults(options: Mapping[str, Any]) -> AuthorityPolicy:
    """Validates and captures the requirements among a verifier's options."""
    captured = vars(_capture(options))
    limit = captured["max_hop_count"]
    hops = _DEFAULT_MAX_HOP_COUNT if limit is None else limit
    return AuthorityPolicy(**{**captured, "max_hop_count": hops})


def narrow(defaults: AuthorityPolicy, route: Route) -> AuthorityPolicy:
    """What a route needs on top of the defaults.

    Raises:
        ConfigurationError: A member is unknown or malformed.
    """
    more = capture_requirements(route)
    limits = (defaults.max_hop_count, more.max_hop_count)
    return AuthorityPolicy(
        required_scopes=_unite(defaults.required_scopes, more.required_scopes),
        required_targets=_unite(defaults.required_targets, more.required_targets),
        require_agent=defaults.require_agent or more.require_agent,
        require_delegation=defaults.require_delegation or more.require_delegation,
        require_chain_contains=_unite(defaults.require_chain_contains, more.require_chain_contains),
        require_chain_integrity=defaults.require_chain_integrity or more.require_chain_integrity,
        max_hop_count=min(limit for limit in limits if limit is not None),
    )


def _capture(options: Mapping[str, Any]) -> CapturedRequirements:
    get = options.get
    hops = get("max_hop_count")
    return CapturedRequirements(
        read_scopes("required_scopes", get("required_scopes")),
        read_list("required_targets", get("required_targets")),
        read_flag("require_agent", get("require_agent")),
        read_flag("require_delegation", get("require_delegation")),
        read_list("require_chain_contains", get("require_chain_contains")),
        read_flag("require_chain_integrity", get("require_chain_integrity")),
        None if hops is None else read_integer("max_hop_count", hops, default=0, least=0),
    )


def _unite(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second))
