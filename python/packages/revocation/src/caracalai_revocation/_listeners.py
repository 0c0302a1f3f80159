"""Those who want to hear of new revocations."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import cast

from ._revocation_store import RevocationEvent

_logger = logging.getLogger("caracalai.revocation")


class Listeners:
    """Those who want to hear of new revocations, each kept apart from the errors of the others."""

    def __init__(self) -> None:
        # By objects of their own, since one function may be subscribed more than once.
        self._subscriptions: dict[object, Callable[[RevocationEvent], object]] = {}
        self._tasks: set[asyncio.Future[object]] = set()

    def add(self, listener: Callable[[RevocationEvent], object]) -> Callable[[], None]:
        """Subscribes a listener, and returns the function that ends the subscription.

        Raises:
            TypeError: The listener is not a function.
        """
        if not callable(listener):
            raise TypeError("The listener must be a function.")
        subscription = object()
        self._subscriptions[subscription] = listener

        def end() -> None:
            self._subscriptions.pop(subscription, None)

        return end

    def notify(self, event: RevocationEvent) -> None:
        """Calls those subscribed by now; one that another unsubscribes meanwhile is not called."""
        for subscription, listener in list(self._subscriptions.items()):
            if subscription in self._subscriptions:
                self._call(listener, event)

    def _call(self, listener: Callable[[RevocationEvent], object], event: RevocationEvent) -> None:
        try:
            result = listener(event)
            if inspect.isawaitable(result):
                self._follow(cast("Awaitable[object]", result))
        except Exception as error:
            _report(error)

    def _follow(self, awaitable: Awaitable[object]) -> None:
        """An async function is a listener too, where an event loop runs."""
        try:
            task = asyncio.ensure_future(awaitable)
        except RuntimeError:
            if inspect.iscoroutine(awaitable):
                awaitable.close()
            raise
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: "asyncio.Future[object]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _report(error)


def _report(error: BaseException) -> None:
    """The error's message may quote the anchor, and so may its trace: only its name is logged."""
    _logger.error(
        "A revocation listener failed (%s). The revocation itself is stored.", type(error).__name__
    )
