"""What would misrun in process folders and lone files: the engine's findings and the letters', together.

Never raises, whatever the files hold: what cannot be read is a finding too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine import lint
from engine.errors import EngineError, Finding
from engine.folder import read_folder
from engine.service import Services
from processes import letters

KINDS = (".bpmn", ".dmn", ".form")


def check(paths: Sequence[Path], services: Services | None = None) -> list[Finding]:
    """In: process folders, folders of such, or files. Out: findings, each with its file as it was named."""
    services = services or Services("processes.services")
    found = [finding for path in paths for finding in _whole(path, services)]
    return list(dict.fromkeys(found))


def _whole(path: Path, services: Services) -> list[Finding]:
    try:
        return list(_path(path, services))
    except Exception as error:  # noqa: BLE001  a checker that falls over has found something nobody foresaw
        return [
            Finding(str(path), "", f"It could not be checked ({_sentence(error)}); please report this file.")
        ]


def _path(path: Path, services: Services) -> Iterator[Finding]:
    if not path.exists():
        yield Finding(str(path), "", "There is no such file or folder; check the name.")
    elif path.is_file():
        yield from _file(path)
    elif (path / "process.toml").exists():
        yield from _folder(path, services)
    else:
        inside = sorted(it for it in path.iterdir() if not it.name.startswith("."))
        for it in inside:
            if it.is_dir() or it.suffix in KINDS:
                yield from _whole(it, services)


def _folder(path: Path, services: Services) -> Iterator[Finding]:
    try:
        files = read_folder(path)
        for finding in lint.check_files(files, services):
            yield Finding(str(path / finding.file), finding.element, finding.sentence)
        for told in letters.check(files):
            yield Finding(str(path / told.file), "", told.sentence)
    except (EngineError, OSError, ValueError) as error:
        yield Finding(str(path), "", _sentence(error))


def _file(path: Path) -> Iterator[Finding]:
    if path.suffix not in KINDS:
        yield Finding(str(path), "", f"Only {', '.join(KINDS)} files and process folders can be checked.")
        return
    try:
        for finding in lint.check_file(path):
            yield Finding(str(path), finding.element, finding.sentence)
    except (EngineError, OSError, ValueError) as error:
        yield Finding(str(path), "", _sentence(error))


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__
