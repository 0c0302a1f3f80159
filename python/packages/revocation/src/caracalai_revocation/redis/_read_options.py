"""Validation of what is configured."""

import json
import re
from collections.abc import Iterable, Mapping

from ._configuration_error import ConfigurationError

_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,256}")


def require_known_options(options: Mapping[str, object], names: Iterable[str]) -> None:
    """Refuses option names that nothing reads.

    Raises:
        ConfigurationError: There is one.
    """
    for name in options:
        if name not in names:
            raise ConfigurationError(f"Unknown option {json.dumps(name)}.")


def read_integer(
    name: str, value: object, fallback: int, least: int, most: int, unit: str = "milliseconds"
) -> int:
    """An option that counts something.

    Raises:
        ConfigurationError: It is no integer of its range.
    """
    if value is None:
        return fallback
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigurationError(f"{name} must be an integer of {least} to {most} {unit}.")
    return value


def read_name(name: str, value: object, fallback: str) -> str:
    """The name of a key, a stream or a group.

    Raises:
        ConfigurationError: It is no text that can name one.
    """
    if value is None:
        return fallback
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise ConfigurationError(
            f"{name} must be a text of 1 to 256 characters without control characters."
        )
    return value
