"""The commands of whoever runs the installation, on the seeded municipality."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import seeded
from web import cli


@pytest.fixture
def folder(tmp_path: Path, demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    seeded.copy(demo_folder, tmp_path / "var")
    monkeypatch.setenv("KAASA_FOLDER", str(tmp_path / "var"))
    return tmp_path / "var"


def test_cases_are_listed_and_one_is_shown_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["cases", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    number = next(it["number"] for it in listed if it["status"] == "active")
    assert cli.run(["show", number]) == 0
    said = capsys.readouterr().out
    assert "[x] Taotlus saabus (startEvent)" in said
    assert f"Waits ({next(it['waits'] for it in listed if it['number'] == number)})" in said
    assert cli.run(["show", "dp-1900-1"]) == 1


def test_an_audit_names_the_case_and_row_that_were_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["audit"]) == 0
    (folder / "anchor").write_text(capsys.readouterr().out)
    assert cli.run(["audit", "--against", str(folder / "anchor")]) == 0
    engine = sa.create_engine(f"sqlite:///{folder / 'kaasa.db'}")
    with engine.begin() as connection:
        row = connection.execute(sa.text("select instance_id from engine_history where seq = 3")).first()
        assert row is not None
        connection.execute(
            sa.text("update engine_history set actor = 'x' where seq = 3 and instance_id = :i"),
            {"i": row.instance_id},
        )
    engine.dispose()
    capsys.readouterr()
    assert cli.run(["audit", "--against", str(folder / "anchor")]) == 1
    said = capsys.readouterr()
    assert row.instance_id in said.err
    assert "row 3" in said.err
    assert said.out == ""


def test_without_failures_nothing_stands_still(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["incidents"]) == 0
    assert "Nothing stands still." in capsys.readouterr().out
    assert cli.run(["incidents", "retry", "none"]) == 1


def test_a_signal_nobody_waits_for_is_said_to_reach_nobody(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["signal", "storm"]) == 1
    assert "No case waits for the signal 'storm'" in capsys.readouterr().err
