"""FastMCP middleware: judges a call right before its handler."""

import asyncio
import inspect
import logging
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, TypeVar

from fastmcp import FastMCP
from fastmcp.exceptions import AuthorizationError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import ToolResult
from fastmcp.utilities.components import FastMCPComponent

from caracalai_transport_mcp import (
    AuthResult,
    MandateError,
    MandateVerifier,
    Principal,
    Refused,
    error_body,
    error_text,
    settle_within,
)

from ._called_items import CalledItem, ItemKind
from ._current_principal import calling_locally, missing_token, principal_of_call
from ._items import (
    Table,
    local_component,
    names_of,
    needs_of_item,
)

_logger = logging.getLogger("caracalai.mcp_fastmcp")

T = TypeVar("T")
Component = TypeVar("Component", bound=FastMCPComponent)

_LOCAL_MANDATE_DEADLINE_MS = 10_000
"""How long a process may take to give its mandate."""

LocalMandate = Callable[[], Any]
"""Gives the mandate of a process that is called over stdio: text, or an awaitable of it."""


class Guard(Middleware):
    """Judges every call right before its handler; made by `CaracalAuth.guard`.

    Expiry, authority and revocation are those of the moment, by the mandate of the call's own
    request. A call that comes without a request, over stdio or in memory, is refused.
    """

    def __init__(
        self,
        verifier: MandateVerifier,
        table: Table,
        *,
        allow_local: bool,
        local_mandate: LocalMandate | None,
    ) -> None:
        self._verifier = verifier
        self._allow_local = allow_local
        self._local_mandate = local_mandate
        self.table = table

    async def on_call_tool(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, T]
    ) -> T | ToolResult:
        """Refuses with a result that is an error and names the check."""
        caller = await self._judge(context, "tool", context.message.name)
        if isinstance(caller, MandateError):
            return await _denial(context, caller)
        with calling_locally(caller):
            return await call_next(context)

    async def check_resource_access(self, context: MiddlewareContext[Any]) -> None:
        """FastMCP 4 asks by this also where a resource is not read but told of."""
        await self._require(context, "resource", str(context.message.uri))

    async def on_read_resource(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, T]
    ) -> T:
        """Refuses with an error that holds the body of the answer."""
        caller = await self._require(context, "resource", str(context.message.uri))
        with calling_locally(caller):
            return await call_next(context)

    async def on_get_prompt(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, T]
    ) -> T:
        """Refuses with an error that holds the body of the answer."""
        caller = await self._require(context, "prompt", context.message.name)
        with calling_locally(caller):
            return await call_next(context)

    async def on_list_tools(
        self, context: MiddlewareContext[Any], call_next: CallNext
    ) -> Sequence[Any]:
        """Shows what the caller may call."""
        return await self._filter("tool", await call_next(context))

    async def on_list_resources(
        self, context: MiddlewareContext[Any], call_next: CallNext
    ) -> Sequence[Any]:
        """Shows what the caller may read."""
        return await self._filter("resource", await call_next(context))

    async def on_list_resource_templates(
        self, context: MiddlewareContext[Any], call_next: CallNext
    ) -> Sequence[Any]:
        """Shows what the caller may read."""
        return await self._filter("resource", await call_next(context))

    async def on_list_prompts(
        self, context: MiddlewareContext[Any], call_next: CallNext
    ) -> Sequence[Any]:
        """Shows what the caller may get."""
        return await self._filter("prompt", await call_next(context))

    async def _require(
        self, context: MiddlewareContext[Any], kind: ItemKind, name: str
    ) -> Principal | None:
        caller = await self._judge(context, kind, name)
        if isinstance(caller, MandateError):
            raise AuthorizationError(error_text(caller))
        return caller

    async def _judge(
        self, context: MiddlewareContext[Any], kind: ItemKind, name: str
    ) -> Principal | MandateError | None:
        """Who may go on, or why nobody may; None where anybody may."""
        caller = await self._caller()
        if caller is None or isinstance(caller, MandateError):
            return caller
        item = CalledItem(kind, name)
        needs, about = await needs_of_item(_server_of(context), item, self.table)
        judge = reduce(MandateVerifier.require, needs, self._verifier)
        result = await judge.recheck(caller, about=about)
        return result.error if isinstance(result, Refused) else result.principal

    async def _filter(self, kind: ItemKind, components: Sequence[Component]) -> list[Component]:
        caller = await self._caller()
        if caller is None:
            return list(components)
        if isinstance(caller, MandateError):
            return []
        entries = self.table.get(kind, {})

        def is_permitted(component: Component) -> bool:
            needs = (entries[name] for name in names_of(component) if name in entries)
            return all(self._verifier.permits(caller, need) for need in needs)

        return [component for component in components if is_permitted(component)]

    async def _caller(self) -> Principal | MandateError | None:
        """Who calls, or why that is nobody; None where nobody has to."""
        principal = principal_of_call()
        if principal is not None:
            return principal
        if self._local_mandate is not None:
            result = await self._judge_local_mandate(self._local_mandate)
            return result.error if isinstance(result, Refused) else result.principal
        return None if self._allow_local else missing_token()

    async def _judge_local_mandate(self, local_mandate: LocalMandate) -> AuthResult:
        """Anew for each call: what it gives may expire, and be replaced."""
        try:
            given = local_mandate()
        # Nothing is awaited here: a cancellation is the function's own.
        except (Exception, asyncio.CancelledError) as error:
            return self._refuse_without(error)
        try:
            awaits = inspect.isawaitable(given)
            token = await settle_within(given, _LOCAL_MANDATE_DEADLINE_MS) if awaits else given
        except Exception as error:
            return self._refuse_without(error)
        return await self._verifier.authenticate(token)

    def _refuse_without(self, error: BaseException) -> Refused:
        # Its message may quote the mandate, and so may its trace: only its name is logged.
        _logger.error(
            "local_mandate of the guard failed (%s). The call is refused.", type(error).__name__
        )
        return self._verifier.refuse(_no_local_mandate())


def _no_local_mandate() -> MandateError:
    """How a call is refused whose mandate could not be had."""
    return MandateError(
        "verification_unavailable",
        "bearer",
        "Verification unavailable",
        "The function local_mandate of the guard failed, or gave no answer within 10 seconds: the"
        " log names its error. Nothing was judged.",
    )


async def _denial(context: MiddlewareContext[Any], error: MandateError) -> ToolResult:
    """The body of the answer as text, and what was refused by which check beside it.

    As structured content it would break clients of a tool with an output schema.
    """
    named = {**error_body(error), "check": error.check}
    tool = await local_component(_server_of(context), CalledItem("tool", context.message.name))
    has_schema = getattr(tool, "output_schema", None) is not None
    return ToolResult(
        content=error_text(error),
        structured_content=None if has_schema or tool is None else named,
        meta={"caracal": named},
        is_error=True,
    )


def _server_of(context: MiddlewareContext[Any]) -> FastMCP:
    if context.fastmcp_context is None:
        raise RuntimeError("FastMCP gave the guard no context")
    return context.fastmcp_context.fastmcp
