"""`python3 -m tests.corpora FOLDER [--json] [--peer] [--keep FILE]`: what becomes of every BPMN and DMN file there."""

from __future__ import annotations

import argparse
import gc
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.corpora import kept
from tests.corpora.kept import Result
from tests.corpora.outcome import SUFFIXES, as_it_is, as_it_runs, isolated

HARM = ("traceback", "hang", "memory")


def main(arguments: list[str]) -> int:
    """Out: 0 when no file brought a traceback, hung or took too much memory."""
    reader = argparse.ArgumentParser("python3 -m tests.corpora", description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--json", action="store_true", help="one line a file instead of the table")
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--keep", type=Path, help="a file for what is done, from which a broken run goes on")
    reader.add_argument(
        "--peer", action="store_true", help="compare the walks with bpmn-engine (needs Node.js)"
    )
    asked = reader.parse_args(arguments)
    if asked.peer:
        from tests.corpora import differential  # it needs Node.js, the rest does not

        return differential.main(asked.folder, asked.workers)
    results = run(asked.folder, asked.workers, asked.keep)
    if asked.json:
        for it in results:
            sys.stdout.write(kept.line(it).decode())
    else:
        sys.stdout.write(table(results))
    return 1 if any(it.kind in HARM for _, *both in results for it in both if it) else 0


def run(folder: Path, workers: int = 2, keep: Path | None = None) -> list[Result]:
    """Out: each file below a folder with its outcome as it is, and as it runs if it is BPMN.

    In: a file that keeps every outcome at once; what it holds already is not done again. Errors: OtherVersionError.
    """
    done = list(kept.read(keep)) if keep else []
    known = {name for name, *_ in done}
    paths = sorted(it for it in folder.rglob("*") if it.is_file() and it.name.endswith(SUFFIXES))
    left = [it for it in paths if str(it.relative_to(folder)) not in known]
    if keep:
        kept.begin(keep, done)
    for result in _each(folder, left, workers):
        done.append(result)
        if keep:
            with keep.open("ab") as file:
                file.write(kept.line(result))
    return sorted(done, key=lambda it: it[0])


def _each(folder: Path, paths: list[Path], workers: int) -> Iterator[Result]:
    if workers == 1:
        yield from (one(folder, it) for it in paths)
        return
    gc.freeze()  # what is here is shared with every child as long as nobody writes to it
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        yield from pool.map(partial(one, folder), paths, chunksize=4)


def one(folder: Path, path: Path) -> Result:
    """Out: the outcomes of one file."""
    deploys = isolated(as_it_is, path)
    runs = isolated(as_it_runs, path) if "bpmn" in path.name else None
    return str(path.relative_to(folder)), deploys, runs


def table(results: list[Result]) -> str:
    """Out: the figures in Markdown: outcomes, then the ten most frequent sentences of each level."""
    both = [it for _, *outcomes in results for it in outcomes if it]
    walks, slowest = sum(it.walks for it in both), max((it.seconds for it in both), default=0)
    lines = [f"{len(results)} files, {walks} walks, the slowest {slowest:.1f} s", ""]
    levels = {"as it is": [it for _, it, _ in results], "as it runs": [it for _, _, it in results if it]}
    for level, outcomes in levels.items():
        counted = Counter(it.kind for it in outcomes)
        lines.append(f"{level}: " + ", ".join(f"{count} {kind}" for kind, count in counted.most_common()))
        said = Counter(_shape(it.sentence) for it in outcomes if it.kind == "refused")
        lines += [f"- {count} × {sentence}" for sentence, count in said.most_common(10)]
    lines += [f"HARM {name}: {it.kind}: {it.sentence}" for name, *both in results for it in both
              if it and it.kind in HARM]  # fmt: skip
    return "\n".join(lines) + "\n"


def _shape(sentence: str) -> str:
    """A sentence without what is of one file alone."""
    shape = re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", sentence)
    shape = re.sub(r"line \d+: Element '…'", "line …: Element", shape)
    shape = re.sub(r"\b\d+\b", "N", shape)
    return re.sub(r"(at|after|lead to|out of|attached to|that) [\w-]*[_\d][\w-]*", r"\1 …", shape)[:160]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
