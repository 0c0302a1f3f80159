"""Step 1: the `Authorization` header."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from caracalai_identity import MAX_TOKEN_LENGTH, utf16_length

from ._javascript_text import CONTROL, WHITE_SPACE

AuthorizationHeader = str | Sequence[str] | None
"""The values of a request's `Authorization` header: one, none, or every one that was sent."""

_MAX_SEPARATOR_LENGTH = 64
"""One space is usual, more are allowed (RFC 9110 section 11.4); nobody sends as many as this."""

_SCHEME = re.compile(r"bearer(?![\w-])", re.ASCII | re.IGNORECASE)
_NOT_IN_A_TOKEN = re.compile(f"[,{WHITE_SPACE}{CONTROL}]")


class Credentials(NamedTuple):
    """What an `Authorization` header holds.

    Attributes:
        kind: `missing`: no bearer credentials at all. `malformed`: bearer credentials, but not one
            token in the form of RFC 6750.
        token: Not judged in any way; empty but for a `token`.
    """

    kind: Literal["token", "missing", "malformed"]
    token: str = ""


_MISSING = Credentials("missing")
_MALFORMED = Credentials("malformed")


def extract_bearer(header: str | None) -> str | None:
    """Takes the token out of an `Authorization` header.

    `Bearer`, in any letter case, spaces, one token (RFC 6750 section 2.1, RFC 9110 section 11.4).

    Returns:
        The token, not judged in any way; None where the header holds no bearer token, or anything
        beside it.
    """
    credentials = read_credentials(header)
    return credentials.token if credentials.kind == "token" else None


def read_credentials(header: AuthorizationHeader) -> Credentials:
    """Step 1, bearer: tells the absence of bearer credentials from malformed ones."""
    values: Sequence[object] = header if isinstance(header, list | tuple) else [header]
    value = values[0] if values else None
    if not isinstance(value, str):
        return _MISSING
    # Which of two would the next server on the way have taken? None is the only safe answer.
    if len(values) > 1:
        return _MALFORMED
    scheme = _SCHEME.match(value)
    if scheme is None:
        return _MISSING

    rest = value[scheme.end() :]
    # What is too long for a token is refused as such, without being read.
    if utf16_length(rest) > MAX_TOKEN_LENGTH + _MAX_SEPARATOR_LENGTH:
        return Credentials("token", rest[1:])
    token = rest.lstrip(WHITE_SPACE)
    if token == "":
        return _MISSING
    separator = rest[: len(rest) - len(token)]
    if separator == "" or separator.strip(" ") != "":
        return _MALFORMED
    return _MALFORMED if _NOT_IN_A_TOKEN.search(token) else Credentials("token", token)
