"""The other side of the dry run: a line of JSON comes in, a line of JSON goes out, until nobody asks any more.

Where the system can fork, each question is answered by a fork with its own limits; elsewhere by this process, which
whoever asks ends when it takes too long.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

import orjson

from engine import walk
from engine.dry_run import MEMORY, PROCESSOR, TOO_LARGE, TOO_SLOW
from engine.errors import EngineError
from engine.process import Process

Said = list[tuple[str, str]]
_OUT_OF_MEMORY = 3


def main(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the questions end."""
    answer = _in_fork if hasattr(os, "fork") else try_out
    for question in questions:
        answers.write(orjson.dumps(answer(question)) + b"\n")
        answers.flush()


def try_out(question: bytes) -> Said:
    """Out: element and sentence of whatever reading and walking ran into. Errors: MemoryError."""
    asked = orjson.loads(question)
    try:
        process = Process(asked["files"])
        return list(walk.findings(process, frozenset(asked["later"])))
    except EngineError as error:
        return [("", str(error))]
    except RecursionError:
        return [("", "it is nested too deeply to be run; make it flatter.")]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  whatever the definition, the answer is a sentence
        return [
            ("", f"it cannot be run ({type(error).__name__}: {str(error)[:120]}); redraw what is unusual.")
        ]


def limit() -> None:
    """Give this process 2 s of processor from now and 512 MB in all; a system without such limits gives none."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415  not on every system

        used = resource.getrusage(resource.RUSAGE_SELF)
        ends = int(used.ru_utime + used.ru_stime) + PROCESSOR
        resource.setrlimit(resource.RLIMIT_CPU, (ends, ends + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY << 20, MEMORY << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _in_fork(question: bytes) -> Said:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _fork(question, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        return [
            ("", TOO_SLOW if slow else f"it ended the dry run with signal {os.WTERMSIG(status)}; report it.")
        ]
    if os.WEXITSTATUS(status) == _OUT_OF_MEMORY:
        return [("", TOO_LARGE)]
    return [(element, sentence) for element, sentence in orjson.loads(answer)]


def _fork(question: bytes, writing: int) -> None:
    """Never comes back."""
    code = 1
    try:
        limit()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(orjson.dumps(try_out(question)))
        code = 0
    except MemoryError:
        code = _OUT_OF_MEMORY
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
