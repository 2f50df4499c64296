"""Outcomes kept in a file as they come, a line each, so that a run of hours that was broken off goes on.

The first line says which engine they are of: figures of two versions are not one table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import orjson

from tests.corpora.outcome import Outcome

Result = tuple[str, Outcome, Outcome | None]
_HOME = Path(__file__).resolve().parents[2]


class OtherVersionError(Exception):
    """The file was begun with another version of the engine or of the runner."""


def version() -> str:
    """Out: a digest of the engine and of this runner."""
    digest = hashlib.sha256()
    for path in sorted(it for room in ("engine", "tests/corpora") for it in (_HOME / room).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read(path: Path) -> Iterator[Result]:
    """Out: what was kept so far; a line that was cut off is left out. Errors: OtherVersionError."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    if lines and orjson.loads(lines[0]) != {"version": version()}:
        raise OtherVersionError(f"{path} was begun with another version of the engine; name another file.")
    for line in lines[1:]:
        if line.endswith(b"\n"):
            it = orjson.loads(line)
            yield it["file"], Outcome(**it["deploys"]), Outcome(**it["runs"]) if it["runs"] else None


def begin(path: Path, kept: list[Result]) -> None:
    """Write the file anew with what was read from it, whole lines only."""
    path.write_bytes(orjson.dumps({"version": version()}) + b"\n" + b"".join(map(line, kept)))


def line(result: Result) -> bytes:
    """Out: one outcome as a line."""
    name, deploys, runs = result
    it = {"file": name, "deploys": deploys, "runs": runs}
    return orjson.dumps(it, option=orjson.OPT_SERIALIZE_DATACLASS) + b"\n"
