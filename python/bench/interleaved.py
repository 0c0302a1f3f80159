"""Measuring in turns, so that what the machine does meanwhile meets all alike."""

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from .contestants import Contestant


class Row(NamedTuple):
    """What one costs: microseconds of processor time a token, and tokens as the floor's of a round.

    Each the median of all rounds, the least and the most.
    """

    name: str
    checks: str
    microseconds: tuple[float, float, float]
    ratio: tuple[float, float, float]


async def measure(
    contestants: Sequence[Contestant], mint: Callable[[int], str], rounds: int, batch: int
) -> list[Row]:
    """Runs everyone in every round, in an order that moves on.

    Args:
        contestants: The first is the floor that the others are compared to.
        mint: Makes the token of a number.
        rounds: How often everyone has a turn.
        batch: How many tokens a turn has.
    """
    known = mint(0)
    taken: dict[str, list[float]] = {each.name: [] for each in contestants}
    for turn in range(-1, rounds):
        fresh = [mint(1 + (turn + 1) * batch + index) for index in range(batch)]
        shift = turn % len(contestants)
        for each in (*contestants[shift:], *contestants[:shift]):
            # A server gets a string of its own with every request.
            texts = [(known if each.is_known else token).encode() for token in fresh]
            tokens = [text.decode() for text in texts]
            for token in tokens:
                each.prepare(token)
            seconds = await _time(each, tokens)
            # The first round warms up.
            if turn >= 0:
                taken[each.name].append(seconds / batch)
    floors = taken[contestants[0].name]
    return [
        Row(
            each.name,
            each.checks,
            _spread([seconds * 1e6 for seconds in taken[each.name]]),
            _spread([least / own for least, own in zip(floors, taken[each.name], strict=True)]),
        )
        for each in contestants
    ]


async def _time(contestant: Contestant, tokens: Sequence[str]) -> float:
    gc.collect()
    started_at = time.thread_time()
    await contestant.run(tokens)
    return time.thread_time() - started_at


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)
