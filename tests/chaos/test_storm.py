"""Nodes and the database die at any moment: 0 lost, 0 doubled, and every letter that came twice is recognisable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.storm import storm


def test_three_nodes_and_their_database_are_killed_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    it = storm(tmp_path, seconds=6, seed=20261124, database_kills=1, node_every=1.0)
    assert not it.broken(), it.lines()
    assert it.database_kills == 1
    assert it.node_kills >= 3
    assert min(it.opinions_acknowledged, it.steps_acknowledged, it.letters_arrived) > 0, it.lines()


@pytest.mark.long
def test_a_long_storm_loses_and_doubles_nothing(tmp_path: Path) -> None:
    it = storm(tmp_path, seconds=180, seed=7, database_kills=12)
    print(it.lines())
    assert not it.broken(), it.lines()
    assert it.database_kills == 12
    assert it.opinions_acknowledged > 50, it.lines()
