"""The published corpora: what is valid ES256 is accepted, and nothing else."""

import os

import pytest

from support.judge_corpora import (
    CORPORA_ARE_PRESENT,
    ECDSA,
    KEYS,
    SIGNATURES,
    CorpusCase,
    judge_corpora,
)

# The corpora are data of others and not part of the project: without them there is nothing to run.
ABSENT = "the corpora are absent, see docs/vectors.md for where they are looked for"
needs_corpora = pytest.mark.skipif(not CORPORA_ARE_PRESENT, reason=ABSENT)


def test_in_ci_the_corpora_are_there() -> None:
    assert CORPORA_ARE_PRESENT or os.environ.get("CI") != "true", ABSENT


@pytest.fixture(scope="module")
def cases() -> list[CorpusCase]:
    return judge_corpora()


@needs_corpora
@pytest.mark.parametrize(
    ("corpus", "of_all", "of_es256"),
    [(SIGNATURES, 401, 41), (KEYS, 26, 6), (ECDSA, 262, 262)],
)
def test_it_is_complete(cases: list[CorpusCase], corpus: str, of_all: int, of_es256: int) -> None:
    of_corpus = [case for case in cases if case.corpus == corpus]
    assert len(of_corpus) == of_all
    assert sum(case.exercises_es256 for case in of_corpus) == of_es256


@needs_corpora
def test_nothing_is_accepted_that_is_not_valid_es256(cases: list[CorpusCase]) -> None:
    accepted = [case for case in cases if case.verdict == "accepted"]
    assert [case for case in accepted if not (case.is_valid and case.exercises_es256)] == []
    assert accepted


@needs_corpora
def test_nothing_is_refused_that_is_valid_es256(cases: list[CorpusCase]) -> None:
    valid = [case for case in cases if case.is_valid and case.exercises_es256]
    assert [case for case in valid if case.verdict != "accepted"] == []


@needs_corpora
def test_what_is_valid_but_not_with_es256_is_refused_for_its_algorithm(
    cases: list[CorpusCase],
) -> None:
    others = [case for case in cases if case.is_valid and not case.exercises_es256]
    assert {case.verdict for case in others} == {"algorithm", "encoding"}
