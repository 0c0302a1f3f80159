"""What may have to be waited for, and often need not."""

from collections.abc import Awaitable
from typing import TypeVar, Union

T = TypeVar("T")

MaybeAwaitable = Union[T, Awaitable[T]]  # noqa: UP007 - an alias that takes a parameter
"""A value, or something to await it from where it had to be waited for."""
