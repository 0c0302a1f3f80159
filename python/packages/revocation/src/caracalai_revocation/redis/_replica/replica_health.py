"""How a replica is."""

from dataclasses import dataclass
from typing import Literal

from .replica_readiness import ReplicaProblem
from .replica_state import RoundReason


@dataclass(frozen=True)
class ReplicaHealth:
    """How a replica is, for a health check and for operators. Names nothing that was revoked.

    Attributes:
        ready: Whether it answers.
        problem: Why it does not answer: `stopped` (or not started), `synchronising`, `stale` (no
            proof that is new enough), `unknown_history` (nobody has marked this Redis yet), `full`.
            None where it is ready.
        staleness_ms: How old the latest proof is that nothing was missed, in milliseconds; None
            where there is none.
        entries: How many anchors and zones are held; ended ones count until their memory is needed.
        resynchronisations: How often the replica had to begin anew,
        last_break: and why the last time.
        ignored_events: How many events were not believed or not understood. The consumer sets them
            aside.
        last_error: What went wrong last, in a sentence.
    """

    ready: bool
    problem: ReplicaProblem | Literal["stopped"] | None
    staleness_ms: float | None
    entries: int
    resynchronisations: int
    last_break: RoundReason | None
    ignored_events: int
    last_error: str | None
