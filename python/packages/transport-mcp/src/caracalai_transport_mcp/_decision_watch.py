"""Telling operators of decisions."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Sequence
from typing import Literal, cast

from ._auth_result import AuthResult, Refused
from ._decision import Decision, DecisionHook, DecisionItem

# A task that nobody holds may be collected before it is done.
_telling: set["asyncio.Future[object]"] = set()


class DecisionWatch:
    """Looks on while one decision is made, and tells the hook of it. Decides nothing.

    Args:
        hook: Who is told; None: nobody.
        stage: What is judged.
        items: What the operation is going to use.

    Attributes:
        zone_id: To be set once the mandate's claims were verified, and not before.
        cached: To be set where the mandate was known as verified.
    """

    def __init__(
        self,
        hook: DecisionHook | None,
        stage: Literal["request", "recheck"],
        items: Sequence[DecisionItem],
    ) -> None:
        self.zone_id: str | None = None
        self.cached = False
        self._hook = hook
        self._stage = stage
        self._items = items
        self._started_at = 0.0 if hook is None else time.perf_counter()

    def report(self, result: AuthResult) -> AuthResult:
        """To be called once, when the decision stands; returns it."""
        if self._hook is None:
            return result
        error = result.error if isinstance(result, Refused) else None
        decision = Decision(
            outcome=_outcome_of(result),
            code=None if error is None else error.code,
            check=None if error is None else error.check,
            zone_id=self.zone_id,
            items=tuple(item for item in self._items if isinstance(item, DecisionItem)),
            duration_ms=(time.perf_counter() - self._started_at) * 1_000,
            cached=self.cached,
            stage=self._stage,
        )
        _tell(self._hook, decision)
        return result


def _outcome_of(result: AuthResult) -> Literal["ok", "refused", "unavailable"]:
    if not isinstance(result, Refused):
        return "ok"
    return "unavailable" if result.error.code == "verification_unavailable" else "refused"


def _tell(hook: DecisionHook, decision: Decision) -> None:
    """A hook that fails has no say in a decision, and is not waited for."""
    try:
        answer = hook(decision)
        if inspect.isawaitable(answer):
            task = asyncio.ensure_future(cast("Awaitable[object]", answer))
            _telling.add(task)
            task.add_done_callback(_forget)
    # Whose hook it is has to look after it. Nothing is awaited here: a cancellation is its own.
    except (Exception, asyncio.CancelledError):
        return


def _forget(task: "asyncio.Future[object]") -> None:
    _telling.discard(task)
    if not task.cancelled():
        task.exception()
