"""The order of checks, for a header, a token and a mandate that was verified before."""

from caracalai_identity import AuthorityPolicy, MandateError, judge_authority

from ._active_authority import judge_expiry, judge_revocation
from ._auth_result import Accepted, AuthResult, Refused
from ._decision_watch import DecisionWatch
from ._extract_bearer import AuthorizationHeader, read_credentials
from ._find_principal import find_principal
from ._principal import Principal
from ._verifier_options import VerifierConfig


async def judge_header(
    header: AuthorizationHeader,
    policy: AuthorityPolicy,
    config: VerifierConfig,
    watch: DecisionWatch,
) -> AuthResult:
    """Steps 1 to 7: bearer, and then as `judge_token`."""
    credentials = read_credentials(header)
    if credentials.kind == "missing":
        return Refused(_missing_token(policy))
    if credentials.kind == "malformed":
        return Refused(_malformed_credentials())
    return await judge_token(credentials.token, policy, config, watch)


async def judge_token(
    token: object, policy: AuthorityPolicy, config: VerifierConfig, watch: DecisionWatch
) -> AuthResult:
    """Steps 2 to 7: shape, key, signature and claims, then authority, then revocation.

    Args:
        token: `missing_token` where it is none.
        policy: What it has to be good for.
        config: Of the verifier.
        watch: Of this decision.
    """
    if not isinstance(token, str) or token == "":
        return Refused(_missing_token(policy))
    principal = await find_principal(token, config, watch)
    if isinstance(principal, MandateError):
        return Refused(principal)
    return await _judge_verified(principal, policy, config, watch)


async def judge_standing(
    principal: Principal, policy: AuthorityPolicy, config: VerifierConfig, watch: DecisionWatch
) -> AuthResult:
    """Of a mandate that was verified before: the clock, then authority, then revocation."""
    watch.zone_id = principal.mandate.zone_id
    expiry = judge_expiry(principal.mandate, config.now())
    if expiry is not None:
        return Refused(expiry)
    return await _judge_verified(principal, policy, config, watch)


async def _judge_verified(
    principal: Principal, policy: AuthorityPolicy, config: VerifierConfig, watch: DecisionWatch
) -> AuthResult:
    """Steps 6 and 7: authority, then revocation."""
    mandate = principal.mandate
    watch.zone_id = mandate.zone_id
    error = judge_authority(mandate, policy) or await judge_revocation(
        mandate, config.revocations, config.revocation_timeout_ms
    )
    return Accepted(principal) if error is None else Refused(error)


def _missing_token(policy: AuthorityPolicy) -> MandateError:
    return MandateError(
        "missing_token",
        "bearer",
        "Missing bearer token",
        "The request has no Authorization header with a bearer token.",
        policy.required_scopes,
    )


def _malformed_credentials() -> MandateError:
    return MandateError(
        "invalid_token",
        "bearer",
        "Token validation failed",
        "The Authorization header is not the word Bearer, a space and one token (RFC 6750 section"
        " 2.1), or there is more than one.",
    )
