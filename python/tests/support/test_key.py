"""Keys and tokens of our own making, right and wrong."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

ISSUER = "https://sts.example.com"
AUDIENCE = "https://mcp.example.com"
ZONE = "zone-1"


def base64url(data: bytes) -> str:
    """As JWS writes it: without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class SigningKey:
    """A P-256 key that signs tokens."""

    def __init__(self, kid: str = "key-1") -> None:
        self.kid = kid
        self._private = ec.generate_private_key(ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        x, y = (base64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        self.jwk: dict[str, Any] = {
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "kid": kid,
            "x": x,
            "y": y,
        }
        secret = self._private.private_numbers().private_value
        self.private_jwk = {**self.jwk, "d": base64url(secret.to_bytes(32, "big"))}

    def sign(self, signing_input: bytes) -> bytes:
        """r and s, 32 bytes each."""
        r, s = utils.decode_dss_signature(
            self._private.sign(signing_input, ec.ECDSA(hashes.SHA256()))
        )
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def token(
        self,
        claims: Mapping[str, Any] | bytes,
        header: Mapping[str, Any] | bytes | None = None,
    ) -> str:
        """A compact JWS of claims, or of any bytes."""
        head = {"alg": "ES256", "typ": "JWT", "kid": self.kid} if header is None else header
        parts = [
            base64url(part if isinstance(part, bytes) else json.dumps(part).encode())
            for part in (head, claims)
        ]
        signing_input = ".".join(parts)
        return f"{signing_input}.{base64url(self.sign(signing_input.encode()))}"


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a right mandate, with changes; `...` leaves one out."""
    now = int(time.time())
    defaults = {
        "iss": ISSUER,
        "aud": [AUDIENCE],
        "sub": "user-1",
        "sub_type": "user",
        "client_id": "app-1",
        "zone_id": ZONE,
        "jti": "jti-1",
        "iat": now,
        "exp": now + 900,
        "use": "resource",
        "sid": "sid-1",
        "root_sid": "root-1",
    }
    merged = {**defaults, **changes}
    return {name: value for name, value in merged.items() if value is not ...}
