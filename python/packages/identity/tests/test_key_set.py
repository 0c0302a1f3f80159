import json
from typing import Any

import pytest

from caracalai_identity._es256 import import_key
from caracalai_identity._key_set import parse_key_set
from support.test_key import SigningKey, base64url

KEY = SigningKey("a")
OTHER = SigningKey("b")
P = 2**256 - 2**224 + 2**192 + 2**96 - 1


def kids(*jwks: Any) -> list[str]:
    parsed = parse_key_set(json.dumps({"keys": list(jwks)}).encode())
    assert parsed is not None
    return list(parsed.keys)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"use": ...},
        {"alg": ...},
        {"key_ops": ["verify"]},
        {"key_ops": ["sign", "verify"]},
        {"x5c": ["MIIB"]},
        {"kid": "k" * 256},
        {"kid": "\U0001f511" * 256},
    ],
    ids=str,
)
def test_taken(changes: dict[str, Any]) -> None:
    jwk = {name: value for name, value in {**KEY.jwk, **changes}.items() if value is not ...}
    assert kids(jwk) == [jwk["kid"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "RSA"},
        {"kty": "oct"},
        {"kty": ["EC"]},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"use": "enc"},
        {"use": None},
        {"alg": "ES384"},
        {"alg": None},
        {"key_ops": []},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"key_ops": None},
        {"kid": ...},
        {"kid": ""},
        {"kid": 1},
        {"kid": None},
        {"kid": "a\x00"},
        {"kid": "a\x85"},
        {"kid": "k" * 257},
        {"d": "AA"},
        {"d": None},
        {"x": ...},
        {"x": KEY.jwk["x"] + "="},
        {"x": KEY.jwk["x"][:-1]},
        {"x": "A" + KEY.jwk["x"]},
        {"x": OTHER.jwk["x"]},
        {"x": 1},
        {"x": "A" * 43, "y": "A" * 43},
    ],
    ids=str,
)
def test_dropped(changes: dict[str, Any]) -> None:
    jwk = {name: value for name, value in {**KEY.jwk, **changes}.items() if value is not ...}
    assert kids(jwk, OTHER.jwk) == ["b"]


@pytest.mark.parametrize("twin", [{"use": "enc"}, {"kty": "RSA"}, {}, {"d": "AA"}], ids=str)
def test_two_keys_with_one_kid_disable_that_kid(twin: dict[str, Any]) -> None:
    assert kids(KEY.jwk, OTHER.jwk, {**KEY.jwk, **twin}, {**KEY.jwk, **twin}) == ["b"]


def test_what_is_no_key_is_passed_over() -> None:
    assert kids(None, 1, "a", [], [KEY.jwk], {}, KEY.jwk) == ["a"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":null}', b'{"keys":"a"}', b"\xff"]
)
def test_what_is_no_key_set(body: bytes) -> None:
    assert parse_key_set(body) is None


def test_a_coordinate_beyond_the_field_is_none() -> None:
    # x = 5 is on the curve; x + p says the same to who reduces it, and is no coordinate.
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    y = pow(5**3 - 3 * 5 + b, (P + 1) // 4, P)

    def text(number: int) -> str:
        return base64url(number.to_bytes(32, "big"))

    assert import_key(text(5), text(y)) is not None
    assert import_key(text(5), text(P - y)) is not None
    assert import_key(text(5), text(y ^ 1)) is None
    assert import_key(text(5 + P), text(y)) is None
