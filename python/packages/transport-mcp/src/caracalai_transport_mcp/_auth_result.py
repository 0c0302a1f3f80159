"""The one thing that comes out of every verification."""

from dataclasses import dataclass
from typing import Literal

from caracalai_identity import MandateError

from ._principal import Principal


@dataclass(frozen=True)
class Accepted:
    """The caller is let in."""

    principal: Principal
    ok: Literal[True] = True


@dataclass(frozen=True)
class Refused:
    """The caller is not let in, or could not be judged."""

    error: MandateError
    ok: Literal[False] = False


AuthResult = Accepted | Refused
"""The one thing that comes out of every verification."""
