"""Usage: `python -m bench [ROUNDS BATCH]`, in `python/`; `make bench-python` at the root."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from .contestants import contestants, mint
from .interleaved import measure
from .report import record_of, table_of, write


def main() -> None:
    """Measures, prints the table, and writes it down."""
    rounds, batch = map(int, sys.argv[1:] or ("41", "200"))
    rows = asyncio.run(measure(contestants(), mint, rounds, batch))
    record = record_of(rows, rounds=rounds, batch=batch, token_length=len(mint(0)))
    print(table_of(record))
    write(record)


if __name__ == "__main__":
    main()
