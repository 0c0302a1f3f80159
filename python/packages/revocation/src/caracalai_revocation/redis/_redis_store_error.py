"""What is raised where Redis gives no answer that can be used."""

import re
from typing import Literal

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

from .._errors import RevocationStoreError

RedisProblem = Literal["timeout", "overloaded", "connection", "refused", "reply"]
"""Why Redis gave no answer that can be used.

`timeout` (not in time), `overloaded` (too many commands are waiting already), `connection` (none,
or it failed), `refused` (Redis answered with an error), `reply` (the answer is none).
"""


class RedisStoreError(RevocationStoreError):
    """The state in Redis is unknown.

    A verifier refuses the mandate as `verification_unavailable`, and whoever wrote does not know
    whether it is stored and writes again. Errors of client libraries hold commands and addresses:
    neither they nor their messages are passed on.

    Attributes:
        problem: See `RedisProblem`.
        redis_code: The word that Redis' own error begins with, for instance `READONLY`.
    """

    def __init__(self, problem: RedisProblem, message: str, redis_code: str | None = None) -> None:
        super().__init__(message)
        self.problem = problem
        self.redis_code = redis_code


_REDIS_CODE = re.compile(r"([A-Z][A-Z0-9_]{1,31})(?=\s|$)")

# redis-py takes the word away from the messages of errors that have a class of their own.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (NoScriptError, "NOSCRIPT"),
    (OutOfMemoryError, "OOM"),
    (ReadOnlyError, "READONLY"),
    (NoPermissionError, "NOPERM"),
    (BusyLoadingError, "LOADING"),
)


# Of errors without a word of their own, those that somebody can put right. Nothing else is quoted.
_ERR_REASONS = (
    (
        "ERR The user executing the script can't",
        "the user lacks a permission that the README names",
    ),
    ("ERR max number of clients", "it has as many clients as it may have"),
    ("ERR DB index", "it has no database of that number"),
)


def to_redis_store_error(error: BaseException) -> RedisStoreError:
    """What is safe to know of an error of the client library."""
    if isinstance(error, RedisStoreError):
        return error
    code = _code_of(error)
    if code is None:
        return RedisStoreError("connection", "Redis could not be reached.")
    text = f"{code} {error}"
    reason = next((reason for begin, reason in _ERR_REASONS if text.startswith(begin)), None)
    about = code if reason is None else f"{code}: {reason}"
    return RedisStoreError("refused", f"Redis refused the command ({about}).", code)


def _code_of(error: BaseException) -> str | None:
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    # Also of what redis-py takes for a connection that was lost.
    code_of_server = getattr(error, "status_code", None)
    if code_of_server is None and not isinstance(error, ResponseError | AuthenticationError):
        return None
    found = _REDIS_CODE.match(str(code_of_server or error))
    return found[1] if found else "ERR"
