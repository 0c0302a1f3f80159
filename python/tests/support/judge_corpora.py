"""The published corpora (Project Wycheproof), judged by our own code up to the signature."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from caracalai_identity import MandateError, VerifyingKey
from caracalai_identity._es256 import is_genuine
from caracalai_identity._jws import parse_jws
from caracalai_identity._key_set import parse_key_set

from .paths import CORPORA

SIGNATURES = "json_web_signature_test.json"
KEYS = "json_web_key_test.json"
ECDSA = "ecdsa_secp256r1_sha256_p1363_test.json"

CORPORA_ARE_PRESENT = all((CORPORA / name).exists() for name in (SIGNATURES, KEYS, ECDSA))

_SIGNATURE_LENGTH = 64
_COORDINATE_DIGITS = 64


class CorpusCase(NamedTuple):
    """One case of a corpus, its verdict and ours.

    Attributes:
        is_valid: Where the corpus leaves it open, the strict side is taken.
        exercises_es256: Whether the keys of the case are meant for ES256: what the others try is
            ruled out by `alg`.
        verdict: Accepted, or the check that refused it. The payload is no mandate: what follows is
            not run.
    """

    corpus: str
    tc_id: int
    comment: str
    is_valid: bool
    exercises_es256: bool
    verdict: str


def judge_corpora() -> list[CorpusCase]:
    """Every case of all three."""
    return [*_judge_tokens(SIGNATURES), *_judge_tokens(KEYS), *_judge_signatures()]


def _load(corpus: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = json.loads((CORPORA / corpus).read_text())["testGroups"]
    return groups


def _judge_tokens(corpus: str) -> Iterator[CorpusCase]:
    for group in _load(corpus):
        # Public keys where the corpus gives them; symmetric ones have no public part.
        given = group.get("public") or group.get("private") or {}
        keys = given["keys"] if isinstance(given.get("keys"), list) else [given]
        for test in group["tests"]:
            # An object stands for the JSON serialisation.
            jws = test["jws"] if isinstance(test["jws"], str) else json.dumps(test["jws"])
            yield CorpusCase(
                corpus,
                test["tcId"],
                test["comment"],
                test["result"] == "valid",
                all(key.get("alg") == "ES256" or key.get("crv") == "P-256" for key in keys),
                _judge_token(jws, keys),
            )


def _judge_token(token: str, jwks: list[Mapping[str, object]]) -> str:
    jws = parse_jws(token)
    if isinstance(jws, MandateError):
        return jws.check
    key = _find_key(jwks, jws.kid)
    if key is None:
        return "key"
    return "accepted" if is_genuine(key, jws.signing_input, jws.signature) else "signature"


def _find_key(jwks: list[Mapping[str, object]], kid: str) -> VerifyingKey | None:
    key_set = parse_key_set(json.dumps({"keys": jwks}).encode())
    return None if key_set is None else key_set.keys.get(kid)


def _judge_signatures() -> Iterator[CorpusCase]:
    for group in _load(ECDSA):
        x, y = (_coordinate(group["publicKey"][name]) for name in ("wx", "wy"))
        key = _find_key([{"kty": "EC", "crv": "P-256", "kid": "key", "x": x, "y": y}], "key")
        for test in group["tests"]:
            yield CorpusCase(
                ECDSA,
                test["tcId"],
                test["comment"],
                test["result"] == "valid",
                True,
                _judge_signature(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])),
            )


def _coordinate(digits: str) -> str:
    """Hexadecimal digits of any number as the 32 bytes of a coordinate."""
    padded = digits[-_COORDINATE_DIGITS:].rjust(_COORDINATE_DIGITS, "0")
    return base64.urlsafe_b64encode(bytes.fromhex(padded)).decode().rstrip("=")


def _judge_signature(key: VerifyingKey | None, message: bytes, signature: bytes) -> str:
    """Other lengths end at the shape of a token, before a key is looked for."""
    if len(signature) != _SIGNATURE_LENGTH:
        return "signature"
    if key is None:
        return "key"
    return "accepted" if is_genuine(key, message, signature) else "signature"
