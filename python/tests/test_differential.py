"""A short run of `python -m differential`; the long one is in the README."""

import shutil

import pytest

from differential.compare import compare
from support.paths import ROOT

CASES = 3_000


@pytest.mark.skipif(
    shutil.which("node") is None
    or not (ROOT / "packages" / "transport-mcp" / "dist" / "index.js").exists(),
    reason="the TypeScript half is not built, or there is no Node to run it",
)
def test_both_languages_give_the_same_answers() -> None:
    outcomes, differences = compare(2026, CASES)
    assert differences == []
    assert sum(outcomes.values()) == CASES
    # Cases that all end in the same way would compare little.
    assert len(outcomes) >= 20
    assert outcomes["ok"] > CASES / 20
