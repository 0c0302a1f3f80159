"""What the components of a server need."""

from collections.abc import Mapping
from types import MappingProxyType

from fastmcp import FastMCP
from fastmcp.server.providers import Provider
from fastmcp.utilities.components import FastMCPComponent

from caracalai_transport_mcp import CapturedRequirements, ConfigurationError

from ._called_items import CalledItem, ItemKind
from ._requirement import RequirementCheck, finding_requirements, read_needs

Table = Mapping[ItemKind, Mapping[str, CapturedRequirements]]
"""What is needed by name: of a tool or a prompt, or the URI (template) of a resource."""

_KINDS: dict[str, ItemKind] = {"tools": "tool", "resources": "resource", "prompts": "prompt"}


def read_table(table: object) -> Table:
    """Validates a table `{"tools": {name: needs}, "resources": …, "prompts": …}`.

    Raises:
        ConfigurationError: A member is unknown or malformed.
    """
    if not isinstance(table, dict):
        raise ConfigurationError("guard: the table has to be a dict")
    unknown = next((name for name in table if name not in _KINDS), None)
    if unknown is not None:
        raise ConfigurationError(f"guard: unknown part {unknown}; known: {', '.join(_KINDS)}")
    read: dict[ItemKind, dict[str, CapturedRequirements]] = {}
    for part, kind in _KINDS.items():
        entries = table.get(part, {})
        if not isinstance(entries, dict):
            raise ConfigurationError(f"guard: {part} has to be a dict")
        read[kind] = {name: read_needs(f"guard: {part}: {name}", entries[name]) for name in entries}
    return MappingProxyType(read)


def needs_of_component(component: FastMCPComponent | None) -> tuple[CapturedRequirements, ...]:
    """What the checks of ours on a component need."""
    checks = getattr(component, "auth", None) or ()
    listed = checks if isinstance(checks, list | tuple) else (checks,)
    return tuple(check.requirements for check in listed if isinstance(check, RequirementCheck))


async def local_component(server: FastMCP, item: CalledItem) -> FastMCPComponent | None:
    """A component that was added to the server itself: found in memory, without asking anyone."""
    try:
        return await _component(server.local_provider, item)
    except Exception:  # what can't be found is not there; whoever calls it will be judged
        return None


async def needs_of_item(
    server: FastMCP, item: CalledItem, table: Table
) -> list[CapturedRequirements]:
    """All that a call needs more than the server itself, wherever the component comes from."""
    entries = table.get(item.kind, {})
    with finding_requirements() as found:
        component = await _component(server, item)
    names = {item.name, *names_of(component)}
    needs = [entries[name] for name in entries if name in names]
    if component is None:
        # Another name that leads to a tool ends with the tool's own: see FastMCP's hashed names.
        needs += [entries[name] for name in entries if item.name.endswith(f"_{name}")]
    return [*needs, *found]


async def _component(source: Provider, item: CalledItem) -> FastMCPComponent | None:
    if item.kind == "tool":
        return await source.get_tool(item.name)
    if item.kind == "prompt":
        return await source.get_prompt(item.name)
    found = await source.get_resource(item.name)
    return found if found is not None else await source.get_resource_template(item.name)


def names_of(component: FastMCPComponent | None) -> tuple[str, ...]:
    """What a table may call a component; of a resource it is the URI, or the template."""
    for attribute in ("uri", "uri_template"):
        value = getattr(component, attribute, None)
        if value is not None:
            return (str(value),)
    return () if component is None else (component.name,)
