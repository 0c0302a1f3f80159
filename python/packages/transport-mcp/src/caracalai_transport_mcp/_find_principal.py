"""Steps 2 to 5, or what is known of them."""

from caracalai_identity import MandateError, VerifiedMandate, confirm_mandate, verify_token

from ._decision_watch import DecisionWatch
from ._principal import Principal, principal_of
from ._verifier_options import VerifierConfig


async def find_principal(
    token: str, config: VerifierConfig, watch: DecisionWatch
) -> Principal | MandateError:
    """Steps 2 to 5: shape, key, signature and claims.

    Of a mandate that was verified before, its key and its claims are judged again, and its
    signature is not.

    Args:
        token: A compact JWS.
        config: What its claims are held against, and where its key is looked up.
        watch: Is told whether the mandate was known.
    """
    digest = config.verified.digest(token)
    known = None if digest is None else config.verified.get(digest)
    if digest is not None and known is not None:
        confirmed = await confirm_mandate(
            known.verified, config.claims, config.key_cache, config.now
        )
        if confirmed is not None:
            watch.cached = True
            if isinstance(confirmed, VerifiedMandate):
                return known.principal
            # After an outage it stands as before; with any other refusal it has ended.
            if confirmed.code != "verification_unavailable":
                config.verified.forget(digest)
            return confirmed
        # Its key is another one by now.
        config.verified.forget(digest)

    verified = await verify_token(token, config.claims, config.key_cache, config.now)
    if isinstance(verified, MandateError):
        return verified
    principal = principal_of(verified.mandate)
    if digest is not None:
        config.verified.remember(digest, verified, principal, len(token))
    return principal
