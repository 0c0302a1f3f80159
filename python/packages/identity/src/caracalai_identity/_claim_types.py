"""The type of each claim of the wire format."""

from collections.abc import Callable
from typing import NamedTuple

from ._json_object import JsonObject, is_json_object

_MAX_LIST_LENGTH = 64
"""Lists in a mandate are bounded: nothing that an STS issues comes near."""

_MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it, two numbers can be one in JavaScript."""


def read_claims(payload: JsonObject) -> dict[str, object] | None:
    """Takes the known claims out of a payload; numbers become integers.

    Returns:
        None where one is of the wrong type, or one that no other check judges is missing.
    """
    claims: dict[str, object] = {}
    for name, (is_right, required) in _CLAIM_TYPES.items():
        if name in payload:
            value = payload[name]
            if not is_right(value):
                return None
            claims[name] = int(value) if isinstance(value, float) else value
        elif required:
            return None
    return claims


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_non_empty_string(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(value: object) -> bool:
    """A number from 0 on, exact in every language; true and false are none."""
    if isinstance(value, float):
        return value.is_integer() and 0 <= value <= _MAX_SAFE_INTEGER
    return (
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_SAFE_INTEGER
    )


def _is_list_of(is_item: Callable[[object], bool]) -> Callable[[object], bool]:
    def is_list(value: object) -> bool:
        return (
            isinstance(value, list) and len(value) <= _MAX_LIST_LENGTH and all(map(is_item, value))
        )

    return is_list


def _is_chain_entry(value: object) -> bool:
    return (
        is_json_object(value)
        and _is_non_empty_string(value.get("application_id"))
        and _is_optional_id(value, "agent_session_id")
        and _is_optional_id(value, "delegation_edge_id")
    )


def _is_optional_id(value: JsonObject, member: str) -> bool:
    return member not in value or _is_non_empty_string(value[member])


def _is_audience(value: object) -> bool:
    return _is_non_empty_string(value) or _is_list_of(_is_string)(value)


def _is_subject_type(value: object) -> bool:
    return value in ("user", "application")


class _ClaimType(NamedTuple):
    is_right: Callable[[object], bool]
    # Has to be there. A claim that a check of its own judges is not marked so: it refuses there.
    required: bool = False


# Other claims are ignored.
_CLAIM_TYPES: dict[str, _ClaimType] = {
    "iss": _ClaimType(_is_non_empty_string),
    "aud": _ClaimType(_is_audience),
    "sub": _ClaimType(_is_non_empty_string, required=True),
    "sub_type": _ClaimType(_is_subject_type, required=True),
    "client_id": _ClaimType(_is_non_empty_string, required=True),
    "zone_id": _ClaimType(_is_non_empty_string),
    "jti": _ClaimType(_is_non_empty_string, required=True),
    "iat": _ClaimType(_is_count),
    "exp": _ClaimType(_is_count),
    "nbf": _ClaimType(_is_count),
    "use": _ClaimType(_is_string),
    "sid": _ClaimType(_is_non_empty_string, required=True),
    "root_sid": _ClaimType(_is_non_empty_string, required=True),
    "scope": _ClaimType(_is_string),
    "target": _ClaimType(_is_list_of(_is_string)),
    # An empty id would be an agent, or a delegation, that nothing can revoke.
    "agent_session_id": _ClaimType(_is_non_empty_string),
    "delegation_edge_id": _ClaimType(_is_non_empty_string),
    "source_session_id": _ClaimType(_is_string),
    "target_session_id": _ClaimType(_is_string),
    "delegation_path": _ClaimType(_is_list_of(_is_string)),
    "delegation_chain": _ClaimType(_is_list_of(_is_chain_entry)),
    "hop_count": _ClaimType(_is_count),
    "delegation_graph_epoch": _ClaimType(_is_count),
}
