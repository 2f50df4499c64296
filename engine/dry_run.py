"""The dry run: a definition is read and walked in a child process that may use 2 s of processor and 512 MB.

The child starts with the first dry run and stays; where the system can fork it does each in a fork of itself, so
that one never harms the next. What a definition does to the child is an answer about the definition.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from threading import Event, Lock, Timer

import orjson

from engine.errors import Finding
from engine.process import Process
from engine.service import Services

PROCESSOR = 2  # seconds
MEMORY = 512  # MB
_PATIENCE = 60.0  # seconds by the clock on the wall, on a machine that is busy with other things
_MOST_KEPT = 64
_HOME = Path(__file__).resolve().parents[1]
TOO_SLOW = f"reading it and walking through it takes over {PROCESSOR} s; make it smaller."
TOO_LARGE = f"reading it and walking through it takes over {MEMORY} MB; make it smaller."
_BROKEN = "the dry run broke off and cannot say why; please report this process."


def findings(process: Process, services: Services | None) -> list[Finding]:
    """Out: whatever reading and walking through a process ran into. In: the services, to know which a job does."""
    later = sorted(_later(process, services))
    question = orjson.dumps({"files": dict(process.files), "later": later}, option=orjson.OPT_SORT_KEYS)
    answer = _child.ask(question)
    file = f"{process.manifest.key}.bpmn"
    return [Finding(file, element, sentence) for element, sentence in answer]


def _later(process: Process, services: Services | None) -> set[str]:
    named = {
        it.operation for diagram in process.diagrams() for it in diagram.elements.values() if it.operation
    }
    return set() if services is None else {it for it in named if services.find(it).later}


Said = list[tuple[str, str]]


class _Child:
    """The process beside this one that does dry runs, one at a time; begun again when it was lost."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._kept: OrderedDict[bytes, Said] = OrderedDict()

    def ask(self, question: bytes) -> Said:
        """Out: the answer of the child, or that of an earlier time to the same question."""
        with self._lock:
            if question not in self._kept:
                self._kept[question] = self._answer(question)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return self._kept[question]

    def close(self) -> None:
        """End the child; the next question starts another."""
        child, self._process = self._process, None
        if child is not None and child.stdin is not None and child.stdout is not None:
            child.kill()
            child.wait()
            child.stdin.close()
            child.stdout.close()

    def _answer(self, question: bytes) -> Said:
        child = self._running()
        late = Event()

        def end() -> None:
            late.set()
            child.kill()

        watch = Timer(_PATIENCE, end)
        watch.daemon = True
        watch.start()
        try:
            assert child.stdin is not None  # noqa: S101  asked for a pipe
            assert child.stdout is not None  # noqa: S101  asked for a pipe
            child.stdin.write(question + b"\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except OSError:
            line = b""
        finally:
            watch.cancel()
        if not line:
            self.close()
            return [("", TOO_SLOW if late.is_set() else _BROKEN)]
        return [(element, sentence) for element, sentence in orjson.loads(line)]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            self._process = None  # this process was forked after the child began; the child is another's
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engine.dry_run_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_HOME,
                start_new_session=True,  # an interrupt from the keyboard is for whoever asks
            )
            self._owner = os.getpid()
        return self._process


_child = _Child()
atexit.register(_child.close)
