"""Refusals whose words depend on the check alone."""

from typing import Literal

from ._mandate_error import MandateError

TokenCheck = Literal[
    "size",
    "encoding",
    "header",
    "algorithm",
    "kid",
    "key",
    "signature",
    "payload",
    "issuer",
    "audience",
    "expiry",
    "time",
    "lifetime",
    "claim",
    "use",
    "target",
]
"""The checks that end in `invalid_token` with one and the same description."""

# The caller learns that validation failed; which check it was is for the operator alone.
_HINTS: dict[TokenCheck, str] = {
    "size": "The token is longer than 16 KiB.",
    "encoding": "The token is not three strict base64url parts (RFC 7515 section 7.1).",
    "header": "The JOSE header is not a plain JSON object of a signed JWT, or asks for an extension"
    " that is not supported.",
    "algorithm": "The token is not signed with ES256, the only algorithm accepted.",
    "kid": "The JOSE header has no usable key id.",
    "key": "No key with this key id is in the key set of the configured zone. If keys were rotated"
    " moments ago, the next look at the key set comes within 30 seconds.",
    "signature": "The signature does not verify with the key that the token names.",
    "payload": "The payload is not a plain JSON object in UTF-8.",
    "issuer": "The token's issuer differs from the configured issuer. The comparison is exact.",
    "audience": "The token was issued for another resource: its audience lacks the configured one.",
    "expiry": "The token has expired. Mandates are short-lived: the client has to fetch a new one.",
    "time": "The token's issue or not-before time lies in the future or after its expiry. Compare"
    " the clocks of the STS and of this server.",
    "lifetime": "The token lives longer than maxLifetimeSeconds.",
    "claim": "A claim that mandates must have is missing, or a claim is of the wrong type.",
    "use": "The token is not a resource mandate. A session mandate is for the STS alone.",
    "target": "A target that this operation requires is not among the token's targets.",
}


def refuse_token(check: TokenCheck) -> MandateError:
    """`invalid_token`, with the operator's hint for the check that failed."""
    return MandateError("invalid_token", check, "Token validation failed", _HINTS[check])


def unavailable(
    check: Literal["jwks_unavailable", "revocations_unavailable"],
) -> MandateError:
    """`verification_unavailable`: nothing was found wrong, but not all that is needed was seen."""
    hint = (
        "The key set of the STS could not be fetched. Check that the issuer is reachable from this"
        " server; the token itself was not judged."
        if check == "jwks_unavailable"
        else "The revocation store gave no usable answer in time. Check the store; the token itself"
        " was not found to be revoked."
    )
    return MandateError("verification_unavailable", check, "Verification unavailable", hint)
