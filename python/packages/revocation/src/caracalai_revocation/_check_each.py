"""Asking a store anchor by anchor."""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Protocol

from ._errors import RevocationStoreError
from ._mark_arguments import is_epoch
from ._maybe_awaitable import MaybeAwaitable
from ._revocation_store import RevocationQuery, RevocationState


class SingleQuestions(Protocol):
    """The questions of a store that concern one thing each."""

    def is_revoked(self, anchor: str, /) -> MaybeAwaitable[bool]:
        """Whether an anchor is revoked."""
        ...

    def current_delegation_epoch(self, zone_id: str, /) -> MaybeAwaitable[int]:
        """A zone's delegation epoch."""
        ...


def check_each(store: SingleQuestions, query: RevocationQuery) -> MaybeAwaitable[RevocationState]:
    """Asks anchor by anchor, for stores without a batch check (decision rules, "Revocation store").

    All questions are put at once, so that a store which has to wait waits for one round trip only.
    Where every answer comes synchronously, so does the state, and nothing is to be awaited.

    Every answer is validated, also those after an anchor that is revoked. An error of the store is
    passed on as it is.

    Raises:
        RevocationStoreError: An answer for an anchor is not True or False, or an epoch is not an
            integer from 0 to 2^53 - 1; here, or where the state is awaited.
    """
    # Answers as they came: a store may answer with anything.
    answers: list[object] = []
    try:
        answers += map(store.is_revoked, query.anchors)
        epoch: object = (
            0 if query.zone_id is None else store.current_delegation_epoch(query.zone_id)
        )
    except BaseException:
        _abandon(answers)
        raise
    if any(map(inspect.isawaitable, (epoch, *answers))):
        return _judge_later(epoch, answers)
    return _judge(epoch, answers)


async def _judge_later(epoch: object, answers: list[object]) -> RevocationState:
    first, *rest = await asyncio.gather(*map(_settled, (epoch, *answers)))
    return _judge(first, rest)


async def _settled(answer: object) -> object:
    return await answer if isinstance(answer, Awaitable) else answer


def _judge(epoch: object, answers: list[object]) -> RevocationState:
    for answer in answers:
        if not isinstance(answer, bool):
            raise RevocationStoreError(
                f"The revocation store answered is_revoked with {_kind_of(answer)} instead of True"
                " or False."
            )
    if not is_epoch(epoch):
        raise RevocationStoreError(
            f"The revocation store answered current_delegation_epoch with {_kind_of(epoch)} instead"
            " of an integer from 0 to 2^53 - 1."
        )
    return RevocationState(revoked=any(answers), delegation_epoch=epoch)


def _abandon(answers: list[object]) -> None:
    """Nobody waits for these any more; Python complains of coroutines that nobody awaited."""
    for answer in answers:
        if inspect.iscoroutine(answer):
            answer.close()


def _kind_of(value: object) -> str:
    return f"a value of type {type(value).__name__}"
