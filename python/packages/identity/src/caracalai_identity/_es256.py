"""ES256 (RFC 7518 section 3.4), by `cryptography`."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from ._base64url import decode_base64url

VerifyingKey = ec.EllipticCurvePublicKey
"""A P-256 public key, imported once."""

_ES256 = ec.ECDSA(hashes.SHA256())

_UNCOMPRESSED = b"\x04"
"""Says that both coordinates follow (SEC 1 section 2.3.3)."""


def import_key(x: str, y: str) -> VerifyingKey | None:
    """Imports a public key by its coordinates (RFC 7518 section 6.2.1), strict base64url.

    Returns:
        None where the coordinates are not a point of the curve.
    """
    # As an encoded point and not as numbers: those would be taken modulo the field's prime.
    point = _UNCOMPRESSED + decode_base64url(x) + decode_base64url(y)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def is_genuine(key: VerifyingKey, signing_input: bytes, signature: bytes) -> bool:
    """Whether a signature verifies; `signature` is r and s, 32 bytes each, whatever they are."""
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        key.verify(utils.encode_dss_signature(r, s), signing_input, _ES256)
    except InvalidSignature:
        return False
    return True
