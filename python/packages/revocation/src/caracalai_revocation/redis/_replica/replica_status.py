"""The state of a replica as it is by now."""

import asyncio
from collections.abc import Callable
from math import inf

from .._clock import monotonic_ms
from .replica_health import ReplicaHealthProblem
from .replica_not_ready_error import ReplicaNotReadyError
from .replica_readiness import ReplicaProblem, oldest_proof, readiness_of
from .replica_state import ReplicaState
from .stream_state import ReplicaPace


class ReplicaStatus:
    """The state of a replica, and what follows from it for those who ask and wait."""

    def __init__(self, pace: ReplicaPace, on_new_round: Callable[[], None]) -> None:
        self._pace = pace
        self._on_new_round = on_new_round
        self._ready = asyncio.Event()
        self._answers_until = -inf
        self._ready_until = -inf
        self._problem: ReplicaProblem | None = None
        self.state = ReplicaState()
        self.is_running = False

    def run(self) -> None:
        """From now on it may answer."""
        self.is_running = True
        self.update(self.state)

    def stop(self) -> None:
        """From now on it does not answer."""
        self.is_running = False
        self._answers_until = -inf
        self._ready.set()

    def update(self, state: ReplicaState) -> None:
        """Goes over to a state."""
        is_new_round = state.round != self.state.round
        self.state = state
        if is_new_round:
            self._on_new_round()
        readiness = readiness_of(state, self._pace)
        self._problem = readiness.problem
        self._answers_until = readiness.until if self.is_running else -inf
        self._ready_until = readiness.ready_until
        if self.problem_at(monotonic_ms()) is None:
            self._ready.set()

    def problem_at(self, now: float) -> ReplicaHealthProblem | None:
        """Why the replica is not ready at a time of the monotonic clock; None where it is."""
        problem = self._silence_at(now)
        if problem is None and now > self._ready_until:
            return "lagging"
        return problem

    def require_answers(self, now: float) -> None:
        """Refuses to answer where the replica does not.

        Raises:
            ReplicaNotReadyError: It does not.
        """
        problem = self._silence_at(now)
        if problem is not None:
            raise ReplicaNotReadyError(problem)

    def _silence_at(self, now: float) -> ReplicaHealthProblem | None:
        """Why it does not answer: a while after it was ready the last time."""
        if now <= self._answers_until:
            return None
        return (self._problem or "stale") if self.is_running else "stopped"

    async def until_ready(self, timeout_ms: float) -> None:
        """Returns when the replica is ready.

        Raises:
            ReplicaNotReadyError: It is not within `timeout_ms`.
        """
        waiting = asyncio.ensure_future(self._ready.wait())
        try:
            await asyncio.wait({waiting}, timeout=timeout_ms / 1_000)
        finally:
            waiting.cancel()
        problem = self.problem_at(monotonic_ms())
        if problem is not None:
            raise ReplicaNotReadyError(problem)

    def staleness_at(self, now: float) -> float | None:
        """How old the proof is that counts, in milliseconds; None where there is none."""
        oldest = oldest_proof(self.state)
        return None if oldest == -inf else now - oldest
