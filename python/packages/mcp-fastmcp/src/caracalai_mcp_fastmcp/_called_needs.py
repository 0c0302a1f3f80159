"""What the calls of a request need, before any of them is dispatched."""

from collections.abc import Iterable
from typing import NamedTuple

from fastmcp import FastMCP

from caracalai_transport_mcp import CapturedRequirements, DecisionItem

from ._called_items import CalledItem
from ._guard import Guard
from ._items import decision_items_of, local_component, names_of, needs_of_component


class CalledNeeds(NamedTuple):
    """What calls need beside the server's own, each once, and what of the server they are to."""

    needs: tuple[CapturedRequirements, ...]
    items: tuple[DecisionItem, ...]


async def needs_before_dispatch(server: FastMCP | None, items: Iterable[CalledItem]) -> CalledNeeds:
    """What calls need, as far as it is known in memory.

    What comes from elsewhere, from a server that is mounted for one, is judged when it is called.
    """
    if server is None:
        return CalledNeeds((), ())
    tables = [layer.table for layer in server.middleware if isinstance(layer, Guard)]
    needs: dict[CapturedRequirements, None] = {}
    found: dict[DecisionItem, None] = {}
    for item in items:
        component = await local_component(server, item)
        names = {item.name, *names_of(component)}
        for table in tables:
            entries = table.get(item.kind, {})
            needs |= dict.fromkeys(entries[name] for name in entries if name in names)
        needs |= dict.fromkeys(needs_of_component(component))
        found |= dict.fromkeys(decision_items_of(item.kind, component))
    return CalledNeeds(tuple(needs), tuple(found))
