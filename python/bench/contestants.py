"""Who is measured, and on which tokens."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from fastmcp.server.auth.providers.jwt import JWTVerifier
from joserfc import jwk
from joserfc import jwt as jose

from caracalai_identity._base64url import decode_base64url
from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import create_key_cache, create_mandate_verifier
from support.dev_sts import delegated
from support.test_key import AUDIENCE, ISSUER, ZONE, claims
from support.verifier import KEY, served

Run = Callable[[Sequence[str]], Awaitable[None]]
"""Judges tokens one after the other; raises where one is not let in."""


def nothing(_: str) -> None:
    """Nothing has to be prepared."""


class Contestant(NamedTuple):
    """One line of the table.

    Attributes:
        checks: What it does beside the signature.
        is_known: Whether it is given the same token again and again.
        prepare: What is done to each token while nobody counts the time.
    """

    name: str
    checks: str
    run: Run
    is_known: bool = False
    prepare: Callable[[str], None] = nothing


def mint(index: int) -> str:
    """A mandate of an agent, delegated over two hops: of the size that is usual."""
    made = claims(**delegated(2), scope="mcp:tool:call notes:read", jti=f"jti-{index:012d}")
    return KEY.token(made)


def floor() -> Contestant:
    """The signature alone, and nothing to do beside it."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(),
        b"\x04" + decode_base64url(KEY.jwk["x"]) + decode_base64url(KEY.jwk["y"]),
    )
    algorithm = ec.ECDSA(hashes.SHA256())
    prepared: dict[str, tuple[bytes, bytes]] = {}

    async def run(tokens: Sequence[str]) -> None:
        work = [prepared[token] for token in tokens]
        for signature, signing_input in work:
            key.verify(signature, signing_input, algorithm)

    def prepare(token: str) -> None:
        signing_input, signature = token.rsplit(".", 1)
        raw = decode_base64url(signature)
        r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
        prepared[token] = (utils.encode_dss_signature(r, s), signing_input.encode())

    return Contestant("the signature alone", "nothing", run, prepare=prepare)


def ours(name: str, *, is_known: bool) -> Contestant:
    """The verifier as users have it, with a revocation store in memory."""
    verifier = create_mandate_verifier(
        issuer=ISSUER,
        audience=AUDIENCE,
        zone_id=ZONE,
        required_scopes=["mcp:tool:call"],
        revocations=InMemoryRevocationStore(),
        key_cache=create_key_cache(http_client=served(KEY.jwk)),
    )

    async def run(tokens: Sequence[str]) -> None:
        for token in tokens:
            result = await verifier.authenticate(token)
            if not result.ok:
                raise result.error

    return Contestant(
        name, "claims, scopes, hops, four anchors and the epoch of revocation", run, is_known
    )


def pyjwt() -> Contestant:
    """PyJWT, with a key that was imported once."""
    key = jwt.PyJWK(KEY.jwk).key

    async def run(tokens: Sequence[str]) -> None:
        for token in tokens:
            jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)

    return Contestant("PyJWT", "issuer, audience, times", run)


def joserfc() -> Contestant:
    """joserfc, with a key that was imported once."""
    key = jwk.import_key(KEY.jwk)
    registry = jose.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
    )

    async def run(tokens: Sequence[str]) -> None:
        for token in tokens:
            registry.validate(jose.decode(token, key, algorithms=["ES256"]).claims)

    return Contestant("joserfc", "issuer, audience, times", run)


def fastmcp() -> Contestant:
    """FastMCP's own verifier, with a key that it was given."""
    pem = jwk.import_key(KEY.jwk, "EC").as_pem()
    verifier = JWTVerifier(
        public_key=pem.decode(),
        issuer=ISSUER,
        audience=AUDIENCE,
        algorithm="ES256",
        required_scopes=["mcp:tool:call"],
    )

    async def run(tokens: Sequence[str]) -> None:
        for token in tokens:
            if await verifier.verify_token(token) is None:
                raise ValueError("FastMCP refuses it")

    return Contestant("FastMCP's JWTVerifier", "issuer, audience, times, scopes", run)


def contestants() -> list[Contestant]:
    """All of them, the floor first."""
    return [
        floor(),
        ours("ours, a new mandate", is_known=False),
        ours("ours, a known mandate", is_known=True),
        pyjwt(),
        joserfc(),
        fastmcp(),
    ]
