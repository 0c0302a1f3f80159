"""The key set of a zone."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeGuard

from ._base64url import is_base64url
from ._es256 import VerifyingKey, import_key
from ._json_object import JsonObject, is_json_object, parse_json_object
from ._key_id import is_key_id

KeySet = Mapping[str, VerifyingKey]
"""The usable keys of one zone, by key id."""

_COORDINATE_LENGTH = 43
"""A P-256 coordinate: 32 bytes (RFC 7518 section 6.2.1.2) make 43 characters of base64url."""


class ParsedKeySet(NamedTuple):
    """What was found in an answer of the STS."""

    keys: KeySet
    exposed_key_ids: tuple[str, ...]
    """Of keys that were published with their private part, and dropped; "" for no usable id."""


def parse_key_set(body: bytes) -> ParsedKeySet | None:
    """Reads a JWK Set (RFC 7517 section 5).

    Taken are EC P-256 keys for verifying ES256 that have a key id; everything else is dropped. Two
    keys with one key id disable that key id.

    Returns:
        None where the bytes are not a key set.
    """
    document = parse_json_object(body)
    members = None if document is None else document.get("keys")
    if not isinstance(members, list):
        return None
    jwks = [member for member in members if is_json_object(member)]

    keys: dict[str, VerifyingKey] = {}
    for kid, jwk in _with_unique_key_ids(jwks).items():
        key = _read_key(jwk)
        if key is not None:
            keys[kid] = key
    return ParsedKeySet(keys, tuple(_key_id_or_empty(jwk) for jwk in jwks if _is_private(jwk)))


def _with_unique_key_ids(jwks: Iterable[JsonObject]) -> dict[str, JsonObject]:
    """All entries count, usable or not: with which of two keys a token was meant is a guess."""
    unique: dict[str, JsonObject] = {}
    seen: set[str] = set()
    for jwk in jwks:
        kid = jwk.get("kid")
        if not is_key_id(kid):
            continue
        if kid in seen:
            unique.pop(kid, None)
        else:
            unique[kid] = jwk
        seen.add(kid)
    return unique


def _read_key(jwk: JsonObject) -> VerifyingKey | None:
    """A key that may verify ES256 signatures; None for any other key."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or _is_private(jwk):
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "ES256") != "ES256":
        return None
    operations = jwk.get("key_ops", ["verify"])
    if not (isinstance(operations, list) and "verify" in operations):
        return None
    x, y = jwk.get("x"), jwk.get("y")
    return import_key(x, y) if _is_coordinate(x) and _is_coordinate(y) else None


def _is_coordinate(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) == _COORDINATE_LENGTH and is_base64url(value)


def _is_private(jwk: JsonObject) -> bool:
    """RFC 7518 section 6.2.2.1: `d` is the private part, and its place is not here."""
    return "d" in jwk


def _key_id_or_empty(jwk: JsonObject) -> str:
    kid = jwk.get("kid")
    return kid if is_key_id(kid) else ""
