"""Validation of what is configured."""

import json
import re
from collections.abc import Iterable, Mapping

from caracalai_identity import ConfigurationError, is_well_formed

from ._javascript_text import CONTROL, WHITE_SPACE

_CONTROL = re.compile(f"[{CONTROL}]")

# Characters of a scope (RFC 6749 section 3.3): printable ASCII but space, quote and backslash.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")

_MAX_SAFE_INTEGER = 2**53 - 1


def reject_unknown_names(what: str, options: object, known: Iterable[str]) -> None:
    """Refuses option names that nothing reads: a misspelt requirement would be no requirement.

    Raises:
        ConfigurationError: There is one, or the options are no mapping.
    """
    if not isinstance(options, Mapping):
        raise ConfigurationError(f"{what}: has to be a mapping")
    unknown = next((name for name in options if name not in known), None)
    if unknown is not None:
        raise ConfigurationError(f"{what}: unknown option {unknown}; known: {', '.join(known)}")


def read_text(name: str, value: object) -> str:
    """A required text: not empty, no surrogates, no control characters, no white space around it.

    Raises:
        ConfigurationError: It is missing or malformed.
    """
    if value is None:
        raise ConfigurationError(f"{name} is missing")
    if (
        not isinstance(value, str)
        or value == ""
        or value != value.strip(WHITE_SPACE)
        or _CONTROL.search(value) is not None
        or not is_well_formed(value)
    ):
        raise ConfigurationError(
            f"{name} has to be well-formed text that is not empty, without control characters or"
            " white space around it"
        )
    return value


def read_list(name: str, value: object) -> tuple[str, ...]:
    """A list of texts, copied, each once; empty where there is none.

    Raises:
        ConfigurationError: It is no list or tuple, or holds what is no text.
    """
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ConfigurationError(f"{name} has to be a list of strings")
    return tuple(dict.fromkeys(read_text(f"{name}[{i}]", item) for i, item in enumerate(value)))


def read_scopes(name: str, value: object) -> tuple[str, ...]:
    """A list of scopes, as `read_list`.

    Raises:
        ConfigurationError: As `read_list`, or one of them is no scope.
    """
    scopes = read_list(name, value)
    malformed = next((scope for scope in scopes if _SCOPE.fullmatch(scope) is None), None)
    if malformed is not None:
        shown = json.dumps(malformed, ensure_ascii=False)
        raise ConfigurationError(f"{name}: {shown} is not one scope (RFC 6749 section 3.3)")
    return scopes


def read_flag(name: str, value: object) -> bool:
    """True or False; False where there is none.

    Raises:
        ConfigurationError: It is anything else.
    """
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    raise ConfigurationError(f"{name} has to be True or False")


def read_integer(
    name: str, value: object, *, default: int, least: int, most: int = _MAX_SAFE_INTEGER
) -> int:
    """An integer within bounds; the default where there is none.

    Raises:
        ConfigurationError: It is none, or out of its bounds.
    """
    if value is None:
        return default
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    bounds = f"of {least} or more" if most == _MAX_SAFE_INTEGER else f"from {least} to {most}"
    raise ConfigurationError(f"{name} has to be an integer {bounds}")
