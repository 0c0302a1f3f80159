"""Cases that mostly wait, run at the same time."""

import asyncio

from .replicas import Stage

# More of them keep each other waiting on a slow machine, longer than the half second of a command.
AT_A_TIME = 4


async def together(cases: object, stage: Stage) -> None:
    """Runs all methods named `case_…`, each on servers of its own. Tells which have failed."""
    names = [name for name in dir(cases) if name.startswith("case_")]
    free = asyncio.Semaphore(AT_A_TIME)

    async def run(name: str) -> None:
        async with free:
            await getattr(cases, name)(stage)

    results = await asyncio.gather(*map(run, names), return_exceptions=True)
    failures = [
        (name, result) for name, result in zip(names, results, strict=True) if result is not None
    ]
    if failures:
        shown = "; ".join(f"{name}: {type(error).__name__} {error}" for name, error in failures)
        raise AssertionError(shown) from failures[0][1]
