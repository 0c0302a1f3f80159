"""What a replica raises that does not answer."""

from ..._errors import RevocationStoreError
from .replica_health import ReplicaHealthProblem


class ReplicaNotReadyError(RevocationStoreError):
    """The replica can't show that it knows every revocation, and does not answer.

    Attributes:
        problem: As in `ReplicaHealth`.
    """

    def __init__(self, problem: ReplicaHealthProblem) -> None:
        super().__init__(f"The revocation replica is not ready ({problem}).")
        self.problem = problem
