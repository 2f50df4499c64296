"""What becomes of one file: checked in a child of its own that may use 2 s of processor and 512 MB.

Two levels. `deploys`: the file as it is, with everything this house asks of it. `runs`: the same rules and walks
after what only this house asks was supplied (see `adapt`).
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from engine import lint, walk
from engine.dry_run_child import limit
from engine.errors import EngineError, Finding
from engine.markup import local, read_xml
from engine.process import Process
from engine.service import Services
from tests.corpora.adapt import adapt

SERVICES = Services("tests.engine.clerk")
LONGEST = 0.15  # seconds of walks for one process of a file
SUFFIXES = (".bpmn", ".bpmn20.xml", ".bpmn.xml", ".dmn", ".dmn.xml", ".dmn11.xml")
OUT_OF_MEMORY = 3


@dataclass
class Outcome:
    """`kind` is deploys (or runs), refused, traceback, hang or memory; `sentence` says why."""

    kind: str
    sentence: str = ""
    walks: int = 0
    ends: int = 0
    seconds: float = 0.0


def as_it_is(path: Path) -> Outcome:
    """Out: whether the file could be deployed as it is. For a BPMN file its name is overlooked."""
    data = path.read_bytes()
    if path.name.endswith((".dmn", ".dmn.xml", ".dmn11.xml")):
        return _checked("table.dmn", data)
    try:
        process = next((it for it in read_xml(data) if local(it) == "process"), None)
    except EngineError as error:
        return Outcome("refused", str(error))
    name = "" if process is None else process.get("id", "")
    return _checked(f"{name if name and '/' not in name and len(name) < 200 else 'p'}.bpmn", data)


def as_it_runs(path: Path) -> Outcome:
    """Out: whether every process of the file runs once what only this house asks for is supplied."""
    try:
        folders = adapt(path.read_bytes())
    except EngineError as error:
        return Outcome("refused", str(error))
    whole = Outcome("runs")
    if not folders:
        return Outcome("refused", "the file holds no process; draw one.")
    for files in folders:
        found = lint.check_files(files, SERVICES, try_out=lambda process, _: _walked(process, whole))
        if found:
            return Outcome("refused", found[0].sentence, whole.walks, whole.ends)
    return whole


def _walked(process: Process, whole: Outcome) -> list[Finding]:
    for it in walk.walks(process, longest=LONGEST):
        whole.walks += 1
        whole.ends += it.ended
        if it.fault:
            return [Finding("", "", it.fault)]
    return []


def _checked(name: str, data: bytes) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / name
        copy.write_bytes(data)
        found = lint.check_file(copy)
    return Outcome("refused", found[0].sentence) if found else Outcome("deploys")


def isolated(work: Callable[[Path], Any], path: Path) -> Outcome:
    """Out: what `work` made of the file, or how it harmed the child that did it."""
    began = time.monotonic()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _in_child(work, path, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - began
    if os.WIFSIGNALED(status):
        kind = "hang" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "traceback"
        return Outcome(kind, f"signal {os.WTERMSIG(status)}", seconds=seconds)
    if os.WEXITSTATUS(status) == OUT_OF_MEMORY:
        return Outcome("memory", seconds=seconds)
    outcome = Outcome(**orjson.loads(answer))
    outcome.seconds = seconds
    if "cannot be checked (" in outcome.sentence or "cannot be run (" in outcome.sentence:
        outcome.kind = "traceback"  # a sentence, but one about us, not about the file
    return outcome


def _in_child(work: Callable[[Path], Any], path: Path, writing: int) -> None:
    """Never comes back."""
    code = 1
    try:
        limit()
        try:
            outcome = work(path)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException:  # noqa: BLE001  the promise is that there is none
            outcome = Outcome("traceback", traceback.format_exc()[-800:])
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(orjson.dumps(asdict(outcome)))
        code = 0
    finally:
        os._exit(code)
