"""The command line as others may rely on it: help, exit codes, JSON alone, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    "demo",
    "serve",
    "work",
    "migrate",
    "seed",
    "check",
    "rehearse",
    "deadline",
    "move",
    "incidents",
    "cases",
    "show",
    "audit",
]
NOT_FILES = [
    b"",
    b"\x00\xff\xfe\x80",
    b"<a>",
    b"{}",
    b"[[[[",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    "ä".encode("utf-16"),
    b"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>",
    b"[" * 200_000,
    b"<a>" * 100_000,
]


def web(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m web`, inside the environment that is already there."""
    return subprocess.run(
        [sys.executable, "-m", "web", *arguments],
        cwd=ROOT, env={**os.environ, "KAASA_NO_BOOTSTRAP": "1", **environment},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: the same parser and functions, without starting Python again."""
    from web import cli

    def call(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.run(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_helps(run: Run, command: str) -> None:
    code, out, _ = run(*filter(None, [command, "--help"]))
    assert code == 0
    assert "usage: python3 -m web" in out


def test_the_whole_command_line_starts_as_a_program() -> None:
    said = web("deadline", "2026-12-10", "P14D", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["ends"] == "2026-12-28"


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["dance"], ["deadline"], ["deadline", "10.12.2026", "P14D"], ["deadline", "2026-12-10", "two weeks"],
        ["check", "nothing-here"], ["rehearse", "no-such-process"], ["rehearse", "detailed_plan", "--case", "none.json"],
        ["rehearse", "detailed_plan", "--until", "soon"], ["migrate", "--to", "9999"],
    ],
)  # fmt: skip
def test_what_cannot_be_done_fails_with_a_sentence(
    run: Run, arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KAASA_FOLDER", str(tmp_path))
    code, out, err = run(*arguments)
    assert code != 0
    assert "Traceback" not in out + err
    assert (out + err).strip()


def test_a_deadline_before_a_day_is_told_with_its_reason(run: Run) -> None:
    code, out, _ = run("deadline", "2027-02-15", "P14D", "--before", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["ends"] == "2027-01-31"
    assert told["reason"]


def test_our_own_processes_have_no_findings(run: Run) -> None:
    code, out, _ = run("check", "bpmn", "--json")
    assert json.loads(out) == []
    assert code == 0


@pytest.mark.parametrize("ending", [".bpmn", ".dmn", ".form"])
@pytest.mark.parametrize("content", NOT_FILES, ids=range(len(NOT_FILES)))
def test_a_file_that_is_none_is_a_finding_never_a_traceback(
    run: Run, tmp_path: Path, content: bytes, ending: str
) -> None:
    path = tmp_path / f"broken{ending}"
    path.write_bytes(content)
    code, out, err = run("check", str(path))
    assert code == 1
    assert out.startswith(f"{path}: ")
    assert "Traceback" not in out + err


def test_a_broken_folder_is_a_finding_for_each_thing_that_is_wrong(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "process.toml").write_bytes(b"key = ")
    (folder / "broken.bpmn").write_bytes(b"\xff")
    code, out, _ = run("check", str(tmp_path), "--json")
    assert code == 1
    for finding in json.loads(out):
        assert finding.keys() == {"file", "element", "sentence"}
        assert finding["sentence"].rstrip().endswith((".", ")"))


def test_a_process_is_rehearsed_to_its_end(run: Run) -> None:
    code, out, _ = run("rehearse", "detailed_plan", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["ended"]
    assert told["end"] == "closed"
    assert {"at", "element", "what"} <= told["steps"][0].keys()
    assert {"to", "kind", "at"} <= told["letters"][0].keys()


def test_a_rehearsal_stops_on_the_day_it_is_told_to(run: Run) -> None:
    code, out, _ = run("rehearse", str(ROOT / "bpmn" / "detailed_plan"), "--until", "2020-01-01", "--json")
    assert code == 0
    assert not json.loads(out)["ended"]


def test_serving_and_working_need_a_migrated_database(tmp_path: Path) -> None:
    for command in ("work", "serve", "seed"):
        said = web(command, KAASA_FOLDER=str(tmp_path / "var"))
        assert said.returncode == 1
        assert "run `python3 -m web migrate`" in said.stderr


def test_tables_go_up_and_down_again(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAASA_FOLDER", str(tmp_path))
    for revision in ("head", "base", "head"):
        code, _out, err = run("migrate", "--to", revision)
        assert code == 0, err


def test_the_worker_stops_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAASA_FOLDER", str(tmp_path))
    assert run("migrate")[0] == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "work"],
        cwd=ROOT, env={**os.environ, "KAASA_NO_BOOTSTRAP": "1"}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "works_until_stopped" in process.stderr.readline()
    process.terminate()
    _out, said = process.communicate(timeout=20)
    assert process.returncode == 0, said


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = web("demo", "--port", str(taken.getsockname()[1]), "--folder", str(tmp_path / "demo"))
    assert said.returncode == 1
    assert "--port" in said.stderr


def test_the_demonstration_does_not_clear_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    began = time.monotonic()
    said = web("demo", "--port", "0", "--folder", str(tmp_path))
    assert said.returncode == 1, time.monotonic() - began
    assert (tmp_path / "letter.txt").read_text() == "mine"
