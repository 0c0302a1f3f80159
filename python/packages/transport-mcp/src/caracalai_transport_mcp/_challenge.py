"""Saying a refusal over HTTP."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from caracalai_identity import MandateError, utf16_length

from ._answers import ANSWERS

# What RFC 6750 section 3 does not allow between the quotes of a parameter.
_NOT_QUOTABLE = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")

_RETRY_AFTER_SECONDS = "1"
"""Soon enough for a caller that waits, and not a storm: an outage rarely ends sooner."""


@dataclass(frozen=True)
class Challenge:
    """An HTTP answer to a refused request, for servers of any kind.

    Attributes:
        status: The HTTP status.
        headers: Names in lower case.
        body: JSON text, to be sent as UTF-8.
    """

    status: Literal[401, 403, 503]
    headers: Mapping[str, str]
    body: str


def error_body(error: MandateError) -> dict[str, str]:
    """The body of an answer, also where there is no HTTP status to say it with."""
    return {
        "error": error.code,
        "error_description": error.description,
        "error_hint": error.hint,
    }


def error_text(error: MandateError) -> str:
    """The body of an answer as JSON text, the same to the byte in every language."""
    return json.dumps(error_body(error), ensure_ascii=False, separators=(",", ":"))


def challenge(error: MandateError, *, resource_metadata: str | None = None) -> Challenge:
    """Says a refusal over HTTP.

    Status, `WWW-Authenticate` (RFC 6750 section 3) or `Retry-After`, and a JSON body that no cache
    may keep.

    Args:
        error: The refusal.
        resource_metadata: Where the resource's metadata is served (RFC 9728 section 5.1).
    """
    status = ANSWERS[error.code].status
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    if status == 503:
        headers["retry-after"] = _RETRY_AFTER_SECONDS
    else:
        headers["www-authenticate"] = _www_authenticate(error, resource_metadata)
    return Challenge(status, MappingProxyType(headers), error_text(error))


def _www_authenticate(error: MandateError, resource_metadata: str | None) -> str:
    name = ANSWERS[error.code].error
    parameters = (
        _parameter("error", name),
        _parameter("error_description", name and error.description),
        _parameter("scope", " ".join(error.required_scopes or ())),
        _parameter("resource_metadata", resource_metadata),
    )
    return f"Bearer {', '.join(filter(None, parameters))}".rstrip()


def _parameter(name: str, value: str | None) -> str:
    """`name="value"`, with what is allowed between the quotes; empty where there is no value."""
    return f'{name}="{_NOT_QUOTABLE.sub(_mask, value)}"' if value else ""


def _mask(character: re.Match[str]) -> str:
    """As many question marks as the TypeScript half writes."""
    return "?" * utf16_length(character[0])
