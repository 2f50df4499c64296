"""Findings: what in a process folder would misrun or must not be deployed, each with element and remedy.

Whatever the bytes, the answer is sentences. The rules stand in `lint_drawing` (what is drawn), `lint_flow` (where
the arrows lead), `lint_binding` (what the drawing names) and `lint_waiting` (what comes from outside).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

from babel.messages.pofile import PoFileError, read_po

from engine import dry_run, lint_binding, lint_drawing, lint_flow, lint_waiting
from engine.decision import read_decision
from engine.diagram import HUMAN_TASKS, Diagram, read_diagram
from engine.errors import EngineError, Finding
from engine.feel.expression import names_used
from engine.folder import KINDS, read_folder
from engine.form import read_form
from engine.manifest import read_manifest
from engine.process import MANIFEST, SHARED, Files, Process
from engine.service import Services
from engine.spiff import parsing

TryOut = Callable[[Process, Services | None], list[Finding]]
_SOUND: set[tuple[object, ...]] = set()


def check_folder(path: Path, services: Services | None = None) -> list[Finding]:
    """Out: the findings of a process folder, the name of the folder included. Never raises for what it holds.

    Of the folder `shared` each file is looked at by itself; what it needs is checked in the processes that call it.
    """
    try:
        files = read_folder(path)
    except EngineError as error:
        return [Finding(path.name, "", str(error))]
    if MANIFEST not in files and path.resolve().name == SHARED.rstrip("/"):
        return _sorted([it for name, text in files.items() for it in _check_text(name, text, alone=True)])
    if MANIFEST not in files:
        return [
            Finding(
                path.name, "", f"there is no {MANIFEST}; write one with key, title, [lanes] and [fields]."
            )
        ]
    found = check_files(files, services)
    key = _key(files)
    if key and key != path.resolve().name:
        found.append(
            Finding(MANIFEST, "key", f"the key is {key!r}, the folder is {path.name!r}; name them alike.")
        )
    return found


def check_files(
    files: Files, services: Services | None = None, *, try_out: TryOut = dry_run.findings
) -> list[Finding]:
    """Out: the findings of a folder already read. `try_out` runs what the rules found nothing against.

    Texts nothing was found in are not read again by this process: a folder is deployed at the begin of each case.
    """
    mark = (_digest(files), services and services.mark, try_out)
    if mark in _SOUND:
        return []
    found = _find(files, services, try_out)
    if not found:
        _SOUND.add(mark)
    return found


def _find(files: Files, services: Services | None, try_out: TryOut) -> list[Finding]:
    found: list[Finding] = []
    for path in sorted(files):
        found += _check_text(path, files[path])
    if found:
        return _sorted(found)  # what cannot be read by itself is said first; the rest would repeat it
    try:
        process = Process(files)
    except EngineError as error:
        return [Finding(MANIFEST, "", str(error))]
    found += _guarded(MANIFEST, lambda: _check_process(process, services))
    if not found:
        found += _guarded(f"{process.manifest.key}.bpmn", lambda: iter(try_out(process, services)))
    return _sorted(found)


def check_file(path: Path) -> list[Finding]:
    """Out: the findings of a lone .bpmn, .dmn, .form, .po or .toml file, as far as it shows them by itself."""
    if path.suffix not in KINDS:
        return [
            Finding(
                path.name,
                "",
                f"nothing is known of {path.suffix or 'such'} files; check .bpmn, .dmn or .form.",
            )
        ]
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return [Finding(path.name, "", "the file is not UTF-8; save it again from the drawing tool.")]
    except OSError as error:
        return [
            Finding(
                path.name, "", f"the file cannot be read ({error.strerror}); look at its name and rights."
            )
        ]
    return _sorted(_check_text(path.name, text, alone=True))


def _check_text(path: str, text: str, *, alone: bool = False) -> list[Finding]:
    suffix = PurePosixPath(path).suffix
    check = {
        ".bpmn": _check_bpmn,
        ".dmn": _check_dmn,
        ".form": _check_form,
        ".po": _check_po,
        ".toml": _check_toml,
    }.get(suffix)
    if check is None:
        return []
    found = _guarded(path, lambda: check(path, text))
    if alone and suffix == ".bpmn" and not found:
        found = _guarded(path, lambda: _syntax(path, read_diagram(text)))
    return found


def _check_bpmn(path: str, text: str) -> Iterator[Finding]:
    diagram = read_diagram(text)
    stem = PurePosixPath(path).stem
    if diagram.process != stem:
        yield Finding(
            path,
            diagram.process,
            f"the process has the id {diagram.process!r}; name it {stem!r} like its file.",
        )
    yield from _of(path, lint_drawing.findings(diagram))
    yield from _of(path, lint_flow.findings(diagram))
    for fault in parsing.schema_faults(diagram.root):
        yield Finding(
            path, "", f"it does not follow the BPMN 2.0 schema ({fault}); save it from the drawing tool."
        )


def _check_dmn(path: str, text: str) -> Iterator[Finding]:
    decision = read_decision(text)
    decision.names_used()
    if not decision.rules:
        yield Finding(path, decision.id, "the table has no rules; add one.")


def _check_form(path: str, text: str) -> Iterator[Finding]:
    yield from (Finding(path, "", it) for it in read_form(text).lint())


def _check_po(path: str, text: str) -> Iterator[Finding]:
    try:
        read_po(BytesIO(text.encode()), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        yield Finding(path, "", f"it is not a gettext catalogue ({str(error)[:100]}); correct that line.")


def _check_toml(_path: str, text: str) -> Iterator[Finding]:
    read_manifest(text)
    yield from ()


def _check_process(process: Process, services: Services | None) -> Iterator[Finding]:
    names = [f"{process.manifest.key}.bpmn", *(f"{SHARED}{it}.bpmn" for it in process.called)]
    for path, diagram in zip(names, process.diagrams(), strict=True):
        yield from _of(path, lint_binding.findings(process, diagram, services))
    yield from _of(names[0], lint_binding.of_process(process))
    sent = None if services is None else services.messages()
    yield from _of(names[0], lint_waiting.findings(process, sent))
    tasks = {
        it.id for diagram in process.diagrams() for it in diagram.elements.values() if it.kind in HUMAN_TASKS
    }
    # What is asked when a case begins hangs on its start, as in other tools for BPMN.
    tasks |= {it.id for it in process.diagram.elements.values() if it.kind == "startEvent"}
    for path, text in process.files.items():
        stem = PurePosixPath(path).stem
        if path.endswith(".form"):
            if stem not in tasks:
                yield Finding(
                    path, stem, "no task or start has this id, so nobody sees the form; rename or delete it."
                )
            yield from (Finding(path, "", it) for it in read_form(text).lint(process.fields))
    # Tables no task names are read by services, which bring their own names.
    run = {it.decision for diagram in process.diagrams() for it in diagram.elements.values() if it.decision}
    for path, text in process.files.items():
        if path.endswith(".dmn") and (decision := read_decision(text)).id in run:
            yield from (Finding(path, decision.id, it) for it in decision.check(process.fields))


def _syntax(path: str, diagram: Diagram) -> Iterator[Finding]:
    for flow in diagram.flows.values():
        if flow.condition is not None:
            try:
                names_used(flow.condition)
            except EngineError as error:
                yield Finding(path, flow.id, f"the condition {flow.condition!r} cannot be read: {error}.")


def _of(path: str, said: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    return (Finding(path, element, sentence) for element, sentence in said)


def _guarded(path: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        for finding in check():
            found.append(finding)  # noqa: PERF402  what was found before an error must be kept
    except EngineError as error:
        found.append(Finding(path, "", str(error)))
    except RecursionError:
        found.append(Finding(path, "", "it is nested too deeply to be read; make it flatter."))
    except Exception as error:  # noqa: BLE001  whatever the bytes, the answer is a sentence
        found.append(
            Finding(
                path, "", f"it cannot be checked ({type(error).__name__}); save it from the drawing tool."
            )
        )
    return found


def _sorted(found: list[Finding]) -> list[Finding]:
    return sorted(dict.fromkeys(found), key=lambda it: (it.file, it.element, it.sentence))


def _key(files: Files) -> str:
    try:
        return read_manifest(files[MANIFEST]).key
    except EngineError:
        return ""


def _digest(files: Files) -> bytes:
    return hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogatepass")).digest()
