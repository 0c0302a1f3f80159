"""Cases that mostly wait, run at the same time."""

import asyncio

from .replicas import Stage


async def together(cases: object, stage: Stage) -> None:
    """Runs all methods named `case_…`, each on servers of its own. Tells which have failed."""
    names = [name for name in dir(cases) if name.startswith("case_")]
    running = (getattr(cases, name)(stage) for name in names)
    results = await asyncio.gather(*running, return_exceptions=True)
    failures = [
        (name, result) for name, result in zip(names, results, strict=True) if result is not None
    ]
    if failures:
        shown = "; ".join(f"{name}: {type(error).__name__} {error}" for name, error in failures)
        raise AssertionError(shown) from failures[0][1]
