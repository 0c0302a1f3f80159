"""FastMCP middleware: judges a call right before its handler."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any, TypeVar

from fastmcp import FastMCP
from fastmcp.exceptions import AuthorizationError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import ToolResult
from fastmcp.utilities.components import FastMCPComponent

from caracalai_transport_mcp import (
    AuthResult,
    CapturedRequirements,
    MandateError,
    MandateVerifier,
    Principal,
    Refused,
    error_body,
    error_text,
)

from ._called_items import CalledItem, ItemKind
from ._current_principal import missing_token, principal_of_call
from ._items import Table, local_component, names_of, needs_of_component, needs_of_item

T = TypeVar("T")
Component = TypeVar("Component", bound=FastMCPComponent)
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
        error = await self._judge(context, "tool", context.message.name)
        return await call_next(context) if error is None else await _denial(context, error)

    async def check_resource_access(self, context: MiddlewareContext[Any]) -> None:
        """FastMCP 4 asks by this also where a resource is not read but told of."""
        await self._require(context, "resource", str(context.message.uri))

    async def on_read_resource(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, T]
    ) -> T:
        """Refuses with an error that holds the body of the answer."""
        await self.check_resource_access(context)
        return await call_next(context)

    async def on_get_prompt(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, T]
    ) -> T:
        """Refuses with an error that holds the body of the answer."""
        await self._require(context, "prompt", context.message.name)
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

    async def _require(self, context: MiddlewareContext[Any], kind: ItemKind, name: str) -> None:
        error = await self._judge(context, kind, name)
        if error is not None:
            raise AuthorizationError(error_text(error))

    async def _judge(
        self, context: MiddlewareContext[Any], kind: ItemKind, name: str
    ) -> MandateError | None:
        caller = await self._caller()
        if caller is None:
            return None
        if isinstance(caller, MandateError):
            return caller
        needs = await needs_of_item(_server_of(context), CalledItem(kind, name), self.table)
        result = await reduce(MandateVerifier.require, needs, self._verifier).recheck(caller)
        return result.error if isinstance(result, Refused) else None

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
            token = await given if inspect.isawaitable(given) else given
        except Exception:  # whatever it was, there is no mandate
            token = ""
        return await self._verifier.authenticate(token)


async def needs_before_dispatch(
    server: FastMCP | None, items: Iterable[CalledItem]
) -> tuple[CapturedRequirements, ...]:
    """What calls need beside the server's own, as far as it is known in memory, each once.

    What comes from elsewhere, from a server that is mounted for one, is judged when it is called.
    """
    if server is None:
        return ()
    tables = [layer.table for layer in server.middleware if isinstance(layer, Guard)]
    needs: dict[CapturedRequirements, None] = {}
    for item in items:
        component = await local_component(server, item)
        names = {item.name, *names_of(component)}
        for table in tables:
            entries = table.get(item.kind, {})
            needs |= dict.fromkeys(entries[name] for name in entries if name in names)
        needs |= dict.fromkeys(needs_of_component(component))
    return tuple(needs)


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
