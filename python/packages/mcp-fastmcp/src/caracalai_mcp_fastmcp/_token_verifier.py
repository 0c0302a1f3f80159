"""The verifier for FastMCP's own providers."""

from fastmcp.server.auth import TokenVerifier

from caracalai_transport_mcp import MandateVerifier, Refused

from ._caracal_context import CaracalContext, context_of


class CaracalTokenVerifier(TokenVerifier):
    """A verifier that never raises, for `MultiAuth`, `RemoteAuthProvider`, `OAuthProxy`.

    What is wrong with a token, or with the STS, these can't be told: each refusal is a 401.
    """

    def __init__(self, mandates: MandateVerifier) -> None:
        super().__init__(required_scopes=list(mandates.defaults.required_scopes))
        self._mandates = mandates

    async def verify_token(self, token: str) -> CaracalContext | None:
        """The context of a token that lets its caller in; None for any other."""
        result = await self._mandates.authenticate(token)
        return None if isinstance(result, Refused) else context_of(result.principal, token)
