"""What operators are told of a verification."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from caracalai_identity import Check, Code


@dataclass(frozen=True)
class DecisionItem:
    """Something that an operation calls, reads or gets.

    Attributes:
        kind: What it is.
        name: As it is registered with the server: the name of a tool or prompt, the URI of a
            resource, the URI template of a template. Not what a caller sent: of that there is no
            end, and nobody has judged it.
    """

    kind: Literal["tool", "resource", "resource_template", "prompt"]
    name: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What became of one verification.

    A plain, frozen record without a token, a header, or a claim of a mandate that was not verified.

    Attributes:
        outcome: `unavailable`: refused as well, but because keys or revocations could not be
            consulted.
        code: Why it was refused; None where it was not.
        check: Which check refused it; None where none did.
        zone_id: The mandate's zone; None unless its signature and its claims were verified.
        items: What the operation was going to use, as told by whoever asked.
        duration_ms: How long it took, in milliseconds, by a monotonic clock.
        cached: Whether the mandate was known as verified, so that its signature was not verified
            again.
        stage: `request`: a token was judged. `recheck`: a principal that had been let in.
    """

    outcome: Literal["ok", "refused", "unavailable"]
    code: Code | None
    check: Check | None
    zone_id: str | None
    items: tuple[DecisionItem, ...]
    duration_ms: float
    cached: bool
    stage: Literal["request", "recheck"]


DecisionHook = Callable[[Decision], object]
"""Is told of every decision. What it returns or raises changes nothing."""
