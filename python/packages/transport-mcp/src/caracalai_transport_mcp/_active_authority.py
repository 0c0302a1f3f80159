"""Whether a mandate that was verified before still holds."""

import inspect
import math
import time
from typing import cast

from caracalai_identity import (
    Mandate,
    MandateError,
    MaybeAwaitable,
    anchors_of,
    delegation_epoch_of,
    refuse_token,
    settle_within,
    unavailable,
)
from caracalai_revocation import (
    RevocationQuery,
    RevocationState,
    RevocationStore,
    check_each,
)

from ._auth_result import Accepted, AuthResult, Refused
from ._principal import principal_of

_DEFAULT_TIMEOUT_MS = 250
_MAX_SAFE_INTEGER = 2**53 - 1


async def check_active_authority(
    mandate: Mandate, revocations: RevocationStore, now: float | None = None
) -> AuthResult:
    """Whether a mandate that was verified before still holds.

    That is: not expired, no anchor revoked, its delegation graph unchanged.

    Args:
        mandate: As a verifier let it in.
        revocations: Where revocations are looked up.
        now: Seconds since the epoch; None: by the clock.

    Returns:
        Where it does not, `invalid_token` with check `expiry`, `session_revoked`,
        `delegation_stale`, or `verification_unavailable` where the store does not answer within
        250 ms.
    """
    error = judge_expiry(mandate, time.time() if now is None else now) or await judge_revocation(
        mandate, revocations, _DEFAULT_TIMEOUT_MS
    )
    return Accepted(principal_of(mandate)) if error is None else Refused(error)


def judge_expiry(mandate: Mandate, now: float) -> MandateError | None:
    """Expired from the second `exp` on, without tolerance."""
    # Written so that a clock that is no number lets nothing through.
    is_live = math.isfinite(now) and now < mandate.exp
    return None if is_live else refuse_token("expiry")


async def judge_revocation(
    mandate: Mandate, revocations: RevocationStore, timeout_ms: int
) -> MandateError | None:
    """Step 7, revocation: every anchor, then the delegation epoch.

    Nothing is waited for where the store is synchronous.

    Args:
        mandate: Of which the anchors are.
        revocations: The store that is asked.
        timeout_ms: How long the store may take.
    """
    try:
        state = _ask(mandate, revocations)
        if inspect.isawaitable(state):
            state = await settle_within(state, timeout_ms)
        refusal = _judge_state(state, mandate)
    except Exception:  # whatever it was, it is no answer
        refusal = unavailable("revocations_unavailable")
    return refusal


def _ask(mandate: Mandate, store: RevocationStore) -> MaybeAwaitable[RevocationState]:
    is_subject_to_epoch = delegation_epoch_of(mandate) is not None
    query = RevocationQuery(anchors_of(mandate), mandate.zone_id if is_subject_to_epoch else None)
    check = getattr(store, "check", None)
    if check is None:
        return check_each(store, query)
    return cast("MaybeAwaitable[RevocationState]", check(query))


def _judge_state(state: RevocationState, mandate: Mandate) -> MandateError | None:
    """Anything but a clear answer is none."""
    revoked: object = state.revoked
    epoch: object = state.delegation_epoch
    is_epoch = (
        isinstance(epoch, int) and not isinstance(epoch, bool) and 0 <= epoch <= _MAX_SAFE_INTEGER
    )
    if not isinstance(revoked, bool) or not is_epoch:
        return unavailable("revocations_unavailable")
    if revoked:
        return MandateError(
            "session_revoked",
            "revocation",
            "Session revoked",
            "The session, the agent session or the delegation edge of this mandate was revoked.",
        )
    issued_under = delegation_epoch_of(mandate)
    if issued_under is not None and state.delegation_epoch > issued_under:
        return MandateError(
            "delegation_stale",
            "epoch",
            "Delegation graph changed",
            "The zone's delegation graph changed after this mandate was issued: the client has to"
            " fetch a new one.",
        )
    return None
