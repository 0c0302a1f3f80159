"""A verifier for one resource server."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from caracalai_identity import (
    AuthorityPolicy,
    MandateError,
    judge_authority,
    settle_within,
    unavailable,
)

from ._active_authority import judge_expiry, judge_revocation
from ._auth_result import Accepted, AuthResult, Refused
from ._decision import DecisionItem
from ._decision_watch import DecisionWatch
from ._extract_bearer import AuthorizationHeader, read_credentials
from ._find_principal import find_principal
from ._principal import Principal
from ._requirements import Route, narrow
from ._verifier_options import MandateVerifierOptions, VerifierConfig, read_verifier_options

if TYPE_CHECKING:
    from typing_extensions import Unpack


_WARMUP_DEADLINE_MS = 30_000
"""Far beyond what a key cache of ours takes: a fetch of 5 seconds."""


class MandateVerifier:
    """Judges mandates for one resource server. Made by `create_mandate_verifier`."""

    def __init__(self, config: VerifierConfig) -> None:
        self._config = config

    @property
    def issuer(self) -> str:
        """The STS whose mandates are accepted."""
        return self._config.claims.issuer

    @property
    def audience(self) -> str:
        """What mandates have to name in `aud`."""
        return self._config.claims.audience

    @property
    def defaults(self) -> AuthorityPolicy:
        """What every mandate needs; routes narrow it."""
        return self._config.defaults

    async def authenticate(
        self, token: str, route: Route | None = None, about: Sequence[DecisionItem] = ()
    ) -> AuthResult:
        """Judges a token, without its scheme: steps 2 to 7 of the order of checks.

        Args:
            token: A compact JWS.
            route: What this operation needs on top of the defaults.
            about: What it is going to use, for the record that `on_decision` gets.

        Raises:
            ConfigurationError: The route is malformed; whatever the token is, an answer comes out.
        """
        policy = self._policy_for(route)
        watch = self._watch("request", about)
        if not isinstance(token, str) or token == "":
            return watch.report(Refused(_missing_token(policy)))
        return watch.report(await self._judge_token(token, policy, watch))

    async def authorization(
        self,
        header: AuthorizationHeader,
        route: Route | None = None,
        about: Sequence[DecisionItem] = (),
    ) -> AuthResult:
        """Judges an `Authorization` header: step 1, then as `authenticate`.

        Args:
            header: Its value, every value where it was sent more than once, or None.
            route: What this operation needs on top of the defaults.
            about: What it is going to use, for the record that `on_decision` gets.

        Raises:
            ConfigurationError: The route is malformed.
        """
        policy = self._policy_for(route)
        watch = self._watch("request", about)
        credentials = read_credentials(header)
        if credentials.kind == "missing":
            return watch.report(Refused(_missing_token(policy)))
        if credentials.kind == "malformed":
            return watch.report(Refused(_malformed_credentials()))
        return watch.report(await self._judge_token(credentials.token, policy, watch))

    def refuse(self, error: MandateError, about: Sequence[DecisionItem] = ()) -> Refused:
        """Refuses without a token, for integrations that could not get at one; `on_decision` hears.

        Args:
            error: Why.
            about: What the operation was going to use.
        """
        refused = Refused(error)
        self._watch("request", about).report(refused)
        return refused

    async def recheck(
        self, principal: Principal, route: Route | None = None, about: Sequence[DecisionItem] = ()
    ) -> AuthResult:
        """Judges again a principal that this verifier has let in, right before a handler runs.

        Its expiry, its authority for a further operation, its revocation.

        Raises:
            ConfigurationError: The route is malformed.
        """
        policy = self._policy_for(route)
        watch = self._watch("recheck", about)
        return watch.report(await self._judge_standing(principal, policy, watch))

    async def until_ended(self, principal: Principal) -> MandateError:
        """Waits until a mandate that was let in holds no more, for what stays open.

        It ends within a second of its expiry, or of a revocation that reaches the store: where the
        store has a subscription, that is heard, else the store is asked every second.

        Returns:
            Why it ended; `verification_unavailable` where the store has not answered for 5 seconds.
        """
        config = self._config

        async def recheck() -> MandateError | None:
            result = await self._judge_standing(principal, self.defaults, _unwatched())
            return None if result.ok else result.error

        return await config.news.until_ended(principal.mandate, config.now, recheck)

    def permits(self, principal: Principal, route: Route | None = None) -> bool:
        """Whether the authority of a principal suffices, for lists of what it may use.

        Step 6 alone: neither the clock nor the store is asked. No call is let in by this.

        Raises:
            ConfigurationError: The route is malformed.
        """
        return judge_authority(principal.mandate, self._policy_for(route)) is None

    def require(self, route: Route) -> "MandateVerifier":
        """The same verifier with narrower defaults, for one route or tool.

        Raises:
            ConfigurationError: The route is malformed.
        """
        return MandateVerifier(replace(self._config, defaults=narrow(self.defaults, route)))

    async def warmup(self) -> None:
        """Fetches the key sets of all zones, so that the first request does not wait for them.

        Raises:
            MandateError: `verification_unavailable` where one could not be fetched.
        """
        cache, claims = self._config.key_cache, self._config.claims

        async def warm(zone_id: str) -> object:
            try:
                return await settle_within(
                    cache.warmup(claims.issuer, zone_id), _WARMUP_DEADLINE_MS
                )
            except Exception:  # whatever it was, there are no keys
                return False

        warmed = await asyncio.gather(*map(warm, claims.zone_ids))
        if not all(is_warm is True for is_warm in warmed):
            raise unavailable("jwks_unavailable")

    def _policy_for(self, route: Route | None) -> AuthorityPolicy:
        return self.defaults if route is None else narrow(self.defaults, route)

    def _watch(
        self, stage: Literal["request", "recheck"], about: Sequence[DecisionItem]
    ) -> DecisionWatch:
        return DecisionWatch(self._config.on_decision, stage, about)

    async def _judge_token(
        self, token: str, policy: AuthorityPolicy, watch: DecisionWatch
    ) -> AuthResult:
        """Steps 2 to 7: shape, key, signature and claims, then authority, then revocation."""
        principal = await find_principal(token, self._config, watch)
        if isinstance(principal, MandateError):
            return Refused(principal)
        return await self._judge_verified(principal, policy, watch)

    async def _judge_verified(
        self, principal: Principal, policy: AuthorityPolicy, watch: DecisionWatch
    ) -> AuthResult:
        """Steps 6 and 7: authority, then revocation."""
        config, mandate = self._config, principal.mandate
        watch.zone_id = mandate.zone_id
        error = judge_authority(mandate, policy) or await judge_revocation(
            mandate, config.revocations, config.revocation_timeout_ms
        )
        return Accepted(principal) if error is None else Refused(error)

    async def _judge_standing(
        self, principal: Principal, policy: AuthorityPolicy, watch: DecisionWatch
    ) -> AuthResult:
        """Of a mandate that was verified before: the clock, then authority, then revocation."""
        watch.zone_id = principal.mandate.zone_id
        expiry = judge_expiry(principal.mandate, self._config.now())
        if expiry is not None:
            return Refused(expiry)
        return await self._judge_verified(principal, policy, watch)


def _unwatched() -> DecisionWatch:
    """For what is judged again while it stays open, which is no decision of its own."""
    return DecisionWatch(None, "recheck", ())


def create_mandate_verifier(**options: "Unpack[MandateVerifierOptions]") -> MandateVerifier:
    """Creates a verifier.

    Args:
        **options: See `MandateVerifierOptions`.

    Raises:
        ConfigurationError: An option is missing, malformed or unknown.
    """
    return MandateVerifier(read_verifier_options(options))


async def authenticate(token: str, **options: "Unpack[MandateVerifierOptions]") -> AuthResult:
    """Judges one token with options given on the spot. Servers create a verifier once instead.

    Raises:
        ConfigurationError: An option is missing, malformed or unknown.
    """
    return await create_mandate_verifier(**options).authenticate(token)


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
