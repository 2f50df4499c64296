"""The faults can still be planted: each line stands in the code, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda it: it.name)
def test_the_line_of_each_fault_stands_in_the_code_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text().count(mutant.line) == 1, (
        "the line was rewritten: write the fault anew in tests/mutants/planted.py, then run python3 -m tests.mutants"
    )
    assert all((ROOT / it.partition("::")[0]).exists() for it in mutant.tests)
