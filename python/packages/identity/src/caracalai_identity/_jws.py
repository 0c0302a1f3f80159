"""Step 2: the shape of a token."""

import re
from typing import NamedTuple

from ._base64url import decode_base64url, is_base64url
from ._json_object import JsonObject, parse_json_object
from ._key_id import is_key_id
from ._mandate_error import MandateError
from ._refusals import refuse_token
from ._utf16 import utf16_length

MAX_TOKEN_LENGTH = 16_384
"""Longer tokens are refused unread. In UTF-16 code units; those of a right token are bytes."""

_SIGNATURE_LENGTH = 64
"""r and s of a P-256 signature (RFC 7518 section 3.4)."""

# Members that change what is signed or how it is read, none of which a mandate has.
_UNSUPPORTED_MEMBERS = ("crit", "b64", "zip", "cty")

_TYPE = re.compile(r"jwt|at\+jwt", re.ASCII | re.IGNORECASE)


class ParsedJws(NamedTuple):
    """A token in the right shape. Nothing in it is believed yet."""

    kid: str
    """Which key the token asks to be verified with."""
    signing_input: bytes
    """What was signed: header and payload as sent (RFC 7515 section 5.2)."""
    payload: bytes
    signature: bytes
    """r and s, 32 bytes each."""


def parse_jws(token: str) -> ParsedJws | MandateError:
    """Step 2, shape: a compact JWS (RFC 7515 section 7.1) with an ES256 header, without any I/O.

    Args:
        token: At most 16 KiB: header, payload and signature in strict base64url, joined by dots.

    Returns:
        The parts, or `invalid_token` with check `size`, `encoding`, `header`, `algorithm`, `kid`
        or `signature`.
    """
    if utf16_length(token) > MAX_TOKEN_LENGTH:
        return refuse_token("size")

    # A fourth part has its dot in the third, and a dot is not base64url.
    parts = token.split(".", 2)
    if len(parts) != 3 or parts[0] == "" or not all(map(is_base64url, parts)):
        return refuse_token("encoding")
    header, payload, signature = parts

    kid = _judge_header(header)
    if isinstance(kid, MandateError):
        return kid

    signature_bytes = decode_base64url(signature)
    if len(signature_bytes) != _SIGNATURE_LENGTH:
        return refuse_token("signature")

    return ParsedJws(
        kid, f"{header}.{payload}".encode("ascii"), decode_base64url(payload), signature_bytes
    )


def _judge_header(encoded: str) -> str | MandateError:
    """The key id of an acceptable JOSE header (RFC 7515 section 4.1, RFC 8725 section 3)."""
    header = parse_json_object(decode_base64url(encoded))
    if header is None:
        return refuse_token("header")

    if header.get("alg") != "ES256":
        return refuse_token("algorithm")
    kid = header.get("kid")
    if not is_key_id(kid):
        return refuse_token("kid")
    if not _has_accepted_type(header):
        return refuse_token("header")
    if any(member in header for member in _UNSUPPORTED_MEMBERS):
        return refuse_token("header")
    return kid


def _has_accepted_type(header: JsonObject) -> bool:
    """`typ` (RFC 7519 section 5.1, RFC 9068 section 2.1), where the header has one."""
    if "typ" not in header:
        return True
    typ = header["typ"]
    return isinstance(typ, str) and _TYPE.fullmatch(typ) is not None
