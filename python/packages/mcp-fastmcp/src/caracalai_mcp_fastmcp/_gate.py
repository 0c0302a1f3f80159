"""Where a request to a FastMCP server is let in, or refused."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, RequireAuthMiddleware
from starlette.authentication import AuthCredentials, UnauthenticatedUser
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from caracalai_transport_mcp import AuthResult, MandateVerifier, Refused, challenge, extract_bearer

from ._called_items import called_items
from ._called_needs import needs_before_dispatch
from ._caracal_context import context_of
from ._mandate_stream import MandateStream
from ._refusal_answer import answering_with
from ._request_body import MAX_BODY_BYTES, PeekedBody, peek_body

_CALL_GRACE_SECONDS = 0.5
"""A call whose mandate has just ended is refused by the guard, and its answer is a stream."""


_MAX_BYTES_OF_NOBODY = 65_536
"""Who sends no credentials is refused in any case: enough to say what a call would need."""


class Gate:
    """ASGI middleware: judges every request to the MCP endpoint by its own mandate.

    A request that is refused goes on as nobody's, so that FastMCP itself refuses it; what it says
    is replaced by our answer. The headers that middleware of the user's own adds on the way, for
    CORS, stay. Other routes of the application see who calls, and nobody where the mandate is none.

    Args:
        app: What it stands before.
        mandates: Judges the mandates.
        resource_metadata: Gives the address of the metadata of the resource, for challenges.
    """

    def __init__(
        self,
        app: ASGIApp,
        mandates: MandateVerifier,
        resource_metadata: Callable[[], str | None],
    ) -> None:
        self._app = app
        self._mandates = mandates
        self._resource_metadata = resource_metadata

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _is_protected(scope):
            await self._admit(scope, receive, send)
        else:
            header = _authorization(scope)
            # Who says nothing of themselves on an open route was not refused anything.
            result = await self._mandates.authorization(header) if header else None
            _identify(scope, header, result)
            await self._app(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        header = _authorization(scope)
        is_call = scope["method"] == "POST"
        max_bytes = MAX_BODY_BYTES if header else _MAX_BYTES_OF_NOBODY
        peeked = await peek_body(receive, max_bytes) if is_call else PeekedBody(b"", ())
        result = await self._judge(scope, header, peeked.body)
        _identify(scope, header, result)
        if isinstance(result, Refused):
            answer = challenge(result.error, resource_metadata=self._resource_metadata())
            await self._app(scope, peeked.replayed_before(receive), answering_with(answer, send))
            return

        principal = result.principal
        stream = MandateStream(
            receive,
            send,
            lambda: self._mandates.until_ended(principal),
            _CALL_GRACE_SECONDS if is_call else 0,
        )
        try:
            await self._app(scope, peeked.replayed_before(stream.receive), stream.send)
        finally:
            await stream.close()

    async def _judge(self, scope: Scope, header: list[str], body: bytes) -> AuthResult:
        """By what the server needs, and what everything needs that the body is going to call."""
        server = getattr(scope["app"].state, "fastmcp_server", None)
        needs, items = await needs_before_dispatch(server, called_items(body))
        judge = reduce(MandateVerifier.require, needs, self._mandates)
        return await judge.authorization(header, about=items)


def _is_protected(scope: Scope) -> bool:
    """Whether FastMCP demands authentication where the request is going."""
    endpoint: Any = None
    for route in scope["app"].routes:
        match, child_scope = route.matches(scope)
        if match is Match.FULL:
            endpoint = child_scope.get("endpoint")
            break
        if match is Match.PARTIAL and endpoint is None:
            endpoint = child_scope.get("endpoint")
    return isinstance(endpoint, RequireAuthMiddleware)


def _authorization(scope: Scope) -> list[str]:
    """Every `Authorization` header that was sent: which of two counts is not ours to choose."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]


def _identify(scope: Scope, header: list[str], result: AuthResult | None) -> None:
    """Says who calls, in the way that FastMCP reads."""
    if result is None or isinstance(result, Refused):
        scope["user"], scope["auth"] = UnauthenticatedUser(), AuthCredentials()
        # To FastMCP a token that it does not know would be a bad one, and it would say so in its
        # log, also where the token could not be judged.
        scope["headers"] = [each for each in scope["headers"] if each[0] != b"authorization"]
        return
    context = context_of(result.principal, extract_bearer(header[0]) or "")
    scope["user"], scope["auth"] = AuthenticatedUser(context), AuthCredentials(context.scopes)
