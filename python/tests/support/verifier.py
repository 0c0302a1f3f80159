"""Verifiers for tests, and tokens that they let in."""

import json
from typing import Any

import httpx

from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import MandateVerifier, create_key_cache, create_mandate_verifier

from .test_key import AUDIENCE, ISSUER, ZONE, SigningKey, claims

KEY = SigningKey()


def served(*jwks: Any) -> httpx.AsyncClient:
    """A client to which every URL gives this key set."""
    body = json.dumps({"keys": list(jwks)}).encode()
    return httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    )


def options(**changes: Any) -> dict[str, Any]:
    """Options of a verifier; `...` leaves one out."""
    defaults = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "zone_id": ZONE,
        "revocations": InMemoryRevocationStore(),
        "key_cache": create_key_cache(http_client=served(KEY.jwk)),
    }
    return {name: value for name, value in {**defaults, **changes}.items() if value is not ...}


def verifier(**changes: Any) -> MandateVerifier:
    """A verifier that knows our key."""
    return create_mandate_verifier(**options(**changes))


def token(**changes: Any) -> str:
    """A right mandate, with changes."""
    return KEY.token(claims(**changes))
