"""The same walks in two engines: ours and bpmn-engine must do the same tasks, reach the same ends, wait for the same.

Compared after every deed: which human, service and receive tasks and end events were done, which human tasks are
open. The order within one deed is left to each engine: branches that run at once have none.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson
from lxml import etree

from engine import lint, walk
from engine.diagram import BPMN
from engine.errors import EngineError
from engine.markup import local
from engine.process import Process
from tests.corpora.adapt import SERVICES as SERVICE_TASKS
from tests.corpora.adapt import adapt
from tests.corpora.outcome import SERVICES, SUFFIXES, Outcome, isolated

PEER = Path(__file__).with_name("peer.mjs")
TOLD = {"userTask", "manualTask", "receiveTask", "endEvent", *SERVICE_TASKS}
HUMAN = {"userTask", "manualTask"}
MOST = 10  # walks of one definition that are compared
LONGEST = 0.2  # seconds to find them
# What bpmn-engine does otherwise than BPMN 2.0 says; a definition with it is compared, but counted apart.
_INSIDE = re.compile(
    r'<bpmn:subProcess [^>]*triggeredByEvent="true"(?:(?!</bpmn:subProcess>).)*?<bpmn:startEvent [^>]*>\s*'
    r"<bpmn:(?:error|escalation|signal)EventDefinition",
    re.DOTALL,
)
APART = {
    "an inclusive gateway lets every token go on at once, none waits for another": re.compile(
        ":inclusiveGateway "
    ),
    "an error or escalation event without a reference does not catch every one": re.compile(
        r"<bpmn:(?:error|escalation)EventDefinition(?![^>]*Ref=)"
    ),
    "what is thrown in a scope and begins its event subprocess does not stop what threw it": _INSIDE,
}


@dataclass(frozen=True)
class Case:
    """A definition that runs, with walks of ours."""

    name: str
    source: str
    messages: dict[str, str]
    walks: list[list[dict[str, Any]]]


def cases(name: str, data: bytes) -> Iterator[Case]:
    """Out: every definition of a BPMN file that runs in ours, with its walks."""
    try:
        folders = adapt(data)
    except EngineError:
        return
    for files in folders:
        if not lint.check_files(files, SERVICES, try_out=lambda *_: []):
            process = Process(files)
            walked = list(_walks(process))
            if walked:
                yield Case(f"{name}#{process.diagram.process}", _source(files), _messages(process), walked)


def _walks(process: Process) -> Iterator[list[dict[str, Any]]]:
    # bpmn-engine does not tell of an end that terminates or throws, only of what comes of it.
    kinds = {
        it.id: it.kind
        for diagram in process.diagrams()
        for it in diagram.elements.values()
        if it.kind != "endEvent" or it.event is None
    }
    for number, it in enumerate(walk.walks(process, longest=LONGEST)):
        if it.fault or number >= MOST:
            return
        yield [
            {
                "kind": deed.kind,
                "element": _last(deed.element),
                "choices": dict(deed.choices),
                "done": sorted(one for one in map(_last, deed.done) if kinds.get(one) in TOLD),
                "open": sorted({one for one in map(_last, deed.open) if kinds.get(one) in HUMAN}),
                "over": it.ended and deed is it.deeds[-1],
            }
            for deed in _comparable(process, it.deeds)
        ]


def _comparable(process: Process, deeds: Sequence[walk.Deed]) -> Iterator[walk.Deed]:
    """A walk up to what bpmn-engine cannot tell.

    There no event subprocess begins with what comes from outside, nothing is at work twice at once, and an event on an
    edge that does not interrupt is heard once.
    """
    heard: set[str] = set()
    for deed in deeds:
        element = None if deed.kind == "start" else process.locate(deed.element)[1]
        outside = element is not None and element.kind == "startEvent"
        twice = len(set(deed.open)) < len(deed.open) or len(set(deed.done)) < len(deed.done)
        if outside or twice or deed.element in heard:
            return
        if element is not None and element.kind == "boundaryEvent" and not element.interrupting:
            heard.add(deed.element)
        yield deed


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _messages(process: Process) -> dict[str, str]:
    """The id of the message or signal each element waits for: bpmn-engine is told that one."""
    found = {}
    for diagram in process.diagrams():
        for node in diagram.root.iter():
            reference = node.get("messageRef") or node.get("signalRef")
            holder = node if local(node) == "receiveTask" else node.getparent()
            if reference and holder is not None:
                found[holder.get("id", "")] = reference
    return found


def _source(files: dict[str, str]) -> str:
    """One file of all processes, the way bpmn-engine takes it: services pass, conditions are asked by name."""
    texts = [text for path, text in files.items() if path.endswith(".bpmn")]
    main, *others = [etree.fromstring(it.encode()) for it in texts]
    for other in others:
        for process in other.iter(f"{{{BPMN}}}process"):
            process.set("isExecutable", "false")
            main.append(process)
    for node in list(main.iter()):
        if local(node) in SERVICE_TASKS:
            node.tag = f"{{{BPMN}}}task"
        if local(node) == "extensionElements" and (parent := node.getparent()) is not None:
            parent.remove(node)
        if local(node) == "conditionExpression":
            node.text = f"${{{node.text}}}"
        if local(node) == "BPMNDiagram":
            main.remove(node)
    return etree.tostring(main, encoding="unicode")


def differences(given: Iterable[Case]) -> dict[str, str]:
    """Out: for each case its first difference, or an empty text. Errors: RuntimeError when Node.js fails."""
    known = {it.name: it for it in given}
    lines = b"".join(
        orjson.dumps({"name": it.name, "source": it.source, "messages": it.messages, "walks": it.walks})
        + b"\n"
        for it in known.values()
    )
    done = subprocess.run(["node", str(PEER)], input=lines, capture_output=True, check=False, timeout=3000)
    told = {it["name"]: it["walks"] for it in map(orjson.loads, done.stdout.splitlines())}
    if told.keys() != known.keys():
        raise RuntimeError(f"{len(told)} of {len(known)} answers: {done.stderr.decode()[-500:]}")
    return {name: _first(case.walks, told[name]) for name, case in known.items()}


def _first(ours: list[list[dict[str, Any]]], theirs: list[list[dict[str, Any]]]) -> str:
    for mine, other in zip(ours, theirs, strict=True):
        way: list[str] = []
        for number, deed in enumerate(mine):
            way.append(f"{deed['kind']} {deed['element']}".strip())
            it = other[number] if number < len(other) else {"error": "it stopped"}
            if "error" in it:
                return f"after {way}: {it['error']}"
            for what in ("done", "open", "over"):
                if it[what] != deed[what]:
                    return f"after {way}: {what} {deed[what]} here, {it[what]} there"
    return ""


def main(folder: Path, workers: int) -> int:
    """Compare every BPMN file below a folder; print what differs. Out: the number of differences, at most 1."""
    paths = sorted(it for it in folder.rglob("*") if it.name.endswith(SUFFIXES) and "bpmn" in it.name)
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        found = [case for some in pool.map(_of, paths, [folder] * len(paths), chunksize=8) for case in some]
    compared = [it for it in found if not _apart(it)]
    apart = Counter(why for it in found for why in _apart(it))
    told = differences(found)
    differing = {it.name: told[it.name] for it in compared if told[it.name]}
    otherwise = Counter(why for it in found if told[it.name] for why in _apart(it))
    walks = sum(len(it.walks) for it in compared)
    sys.stdout.write(
        f"{len(found)} definitions run, {len(compared)} compared in {walks} walks, {len(differing)} differ\n"
    )
    for why, count in apart.most_common():
        sys.stdout.write(f"- apart: {count} × there {why}; {otherwise[why]} differ\n")
    for name, said in sorted(differing.items()):
        sys.stdout.write(f"DIFFERS {name}: {said}\n")
    return min(len(differing), 1)


def _apart(case: Case) -> list[str]:
    return [why for why, shape in APART.items() if shape.search(case.source)]


def _of(path: Path, folder: Path) -> list[Case]:
    """The cases of one file, found by a child with its own limits: one file never holds up the others."""

    def find(path: Path) -> Outcome:
        found = [asdict(it) for it in cases(str(path.relative_to(folder)), path.read_bytes())]
        return Outcome("runs", orjson.dumps(found).decode())

    outcome = isolated(find, path)
    if outcome.kind != "runs":
        sys.stderr.write(f"{path}: {outcome.kind}\n")  # the run without a peer says what it was
        return []
    return [Case(**it) for it in orjson.loads(outcome.sentence)]
