"""What a request is going to call."""

import json
from typing import Literal, NamedTuple

ItemKind = Literal["tool", "resource", "prompt"]
"""The kinds of things that a call can name."""


class CalledItem(NamedTuple):
    """One thing that a request is going to call.

    Attributes:
        name: A tool's or prompt's name, a resource's URI.
    """

    kind: ItemKind
    name: str


_MAX_MESSAGES = 100
"""Of a batch, which no FastMCP server takes: so many are worth a look."""

_METHODS: dict[str, tuple[ItemKind, str]] = {
    "tools/call": ("tool", "name"),
    "resources/read": ("resource", "uri"),
    "prompts/get": ("prompt", "name"),
}


def called_items(body: bytes) -> tuple[CalledItem, ...]:
    """What the JSON-RPC messages of a body are going to call, each once and in their order.

    Empty where the body is nothing that FastMCP would serve.
    """
    try:
        # The same reading as the transport's: of two members with one name, both see the last.
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    messages = parsed[:_MAX_MESSAGES] if isinstance(parsed, list) else [parsed]
    items = (_read_call(message) for message in messages)
    return tuple(dict.fromkeys(item for item in items if item is not None))


def _read_call(message: object) -> CalledItem | None:
    if not isinstance(message, dict):
        return None
    method, params = message.get("method"), message.get("params")
    if not isinstance(method, str) or method not in _METHODS or not isinstance(params, dict):
        return None
    kind, parameter = _METHODS[method]
    name = params.get(parameter)
    return CalledItem(kind, name) if isinstance(name, str) else None
