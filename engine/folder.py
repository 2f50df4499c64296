"""Reads a process folder from disk, with what it uses from the folder `shared` beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.diagram import HUMAN_TASKS, Diagram, read_diagram
from engine.errors import FolderRefused, MarkupRefused
from engine.process import SHARED

KINDS = {".bpmn", ".toml", ".md", ".form", ".dmn", ".po", ".html"}
LARGEST_FOLDER = 8_000_000  # characters


def read_folder(path: Path) -> dict[str, str]:
    """Out: relative path -> text, shared files under `shared/`. Errors: FolderRefused.

    A file that is not a diagram although it should be is taken along all the same, so that lint can name it.
    """
    files = {str(it.relative_to(path)): _text(it) for it in _texts(path)}
    shared = path.parent / SHARED
    if shared.is_dir() and shared.resolve() != path.resolve():
        called: list[Diagram] = []
        for name, text in list(files.items()):
            if "/" not in name and name.endswith(".bpmn"):
                _collect(text, shared, files, called)
        if called:
            _accompany(shared, files, called)
    if sum(map(len, files.values())) > LARGEST_FOLDER:
        raise FolderRefused(f"{path.name} is over {LARGEST_FOLDER // 1_000_000} MB; keep pictures elsewhere.")
    return dict(sorted(files.items()))


def _collect(text: str, shared: Path, files: dict[str, str], called: list[Diagram]) -> None:
    try:
        diagram = read_diagram(text)
    except MarkupRefused:
        return
    for name in diagram.called():
        source = shared / f"{name}.bpmn"
        if SHARED + source.name in files or not source.is_file() or "/" in name:
            continue
        files[SHARED + source.name] = body = _text(source)
        beside = source.with_suffix(".toml")
        if beside.is_file():
            files[SHARED + beside.name] = _text(beside)
        try:
            called.append(read_diagram(body))
        except MarkupRefused:
            continue
        _collect(body, shared, files, called)


def _accompany(shared: Path, files: dict[str, str], called: list[Diagram]) -> None:
    """Forms of called tasks, unless the process has its own; decisions, letters and wording as a whole."""
    tasks = {it.id for diagram in called for it in diagram.elements.values() if it.kind in HUMAN_TASKS}
    for source in _texts(shared):
        name = str(source.relative_to(shared))
        wanted = name.startswith(("letters/", "locale/", "decisions/")) or (
            name.startswith("forms/") and source.stem in tasks
        )
        own = name in files and not name.startswith("locale/")
        if wanted and not own:
            files[SHARED + name] = _text(source)


def _texts(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in KINDS and path.is_file() and not hidden:
            yield path


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise FolderRefused(f"{path.name} cannot be read as UTF-8 text; save it again.") from error
