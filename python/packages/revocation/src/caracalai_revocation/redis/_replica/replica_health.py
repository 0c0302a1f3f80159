"""How a replica is."""

from dataclasses import dataclass
from typing import Literal

from .replica_readiness import ReplicaProblem
from .stream_state import RoundReason

ReplicaHealthProblem = ReplicaProblem | Literal["lagging", "stopped"]
"""Why a replica is not ready. With `lagging` alone, it answers all the same."""


@dataclass(frozen=True)
class ReplicaHealth:
    """How a replica is, for a health check and for operators. Names nothing that was revoked.

    Attributes:
        ready: Whether it answers, and knows all that was revoked more than a second ago.
        problem: Why it is not ready: `stopped` (or not started), `synchronising`, `stale` (no proof
            that is younger than `max_staleness_ms`), `unknown_history` (nobody has marked this
            Redis yet), `events_lost` (entries were removed from a stream before anybody who is
            known of had read them), `full`; and `lagging`, where it answers, though its latest
            proof is more than a second old. None where it is ready.
        staleness_ms: How old the latest proof is that nothing was missed, in milliseconds; None
            where there is none.
        entries: How many anchors and zones are held; ended ones count until their memory is needed.
        resynchronisations: How often the replica had to begin anew,
        last_break: and why the last time.
        ignored_events: How many events were not believed or not understood. The consumer sets them
            aside.
        wrong_signatures: How many of them have a signature of none of the keys. Where there are
            any, `signature_keys` may not be those that producers sign with.
        last_error: What went wrong last, in a sentence.
    """

    ready: bool
    problem: ReplicaHealthProblem | None
    staleness_ms: float | None
    entries: int
    resynchronisations: int
    last_break: RoundReason | None
    ignored_events: int
    wrong_signatures: int
    last_error: str | None
