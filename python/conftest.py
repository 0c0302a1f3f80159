"""Fixtures of all tests."""

from collections.abc import Iterator

import pytest

from support.dev_sts import DevSts


@pytest.fixture(scope="session")
def sts() -> Iterator[DevSts]:
    """The dev STS, for all tests; each has callers of its own."""
    dev_sts = DevSts("zone_dev,zone_prod,zone_other")
    yield dev_sts
    dev_sts.close()
