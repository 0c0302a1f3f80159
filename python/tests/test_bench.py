"""The bench runs, and the table in the README is that of the record. No time is judged."""

import json

from bench.contestants import contestants, mint
from bench.interleaved import measure
from bench.report import README, RESULTS, readme_with, record_of, table_of


async def test_everyone_lets_the_mandates_in_and_has_a_line() -> None:
    rows = await measure(contestants(), mint, rounds=2, batch=3)
    assert [row.ratio for row in rows if row.name == "the signature alone"] == [(1, 1, 1)]
    for row in rows:
        for middle, least, most in (row.microseconds, row.ratio):
            assert 0 < least <= middle <= most
    table = table_of(record_of(rows, rounds=2, batch=3, token_length=1))
    assert all(f"| {each.name} | {each.checks} |" in table for each in contestants())


def test_the_readme_holds_the_table_of_the_record() -> None:
    table = table_of(json.loads(RESULTS.read_text()))
    assert README.read_text() == readme_with(table), "make bench-python writes it"
