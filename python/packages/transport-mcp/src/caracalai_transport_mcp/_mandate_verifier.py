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

from ._auth_result import AuthResult, Refused
from ._decision import DecisionItem
from ._decision_watch import DecisionWatch
from ._extract_bearer import AuthorizationHeader
from ._judge import judge_header, judge_standing, judge_token
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
        return watch.report(await judge_token(token, policy, self._config, watch))

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
        return watch.report(await judge_header(header, policy, self._config, watch))

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
        return watch.report(await judge_standing(principal, policy, self._config, watch))

    async def until_ended(self, principal: Principal) -> MandateError:
        """Waits until a mandate that was let in holds no more, for what stays open.

        It ends within a second of its expiry, or of a revocation that reaches the store: where the
        store has a subscription, that is heard, else the store is asked every second.

        Returns:
            Why it ended; `verification_unavailable` where the store has not answered for 5 seconds.
        """
        config = self._config

        async def recheck() -> MandateError | None:
            result = await judge_standing(principal, config.defaults, config, _unwatched())
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
