"""Mail that a mail server puts into a Maildir (qmail's maildir(5)): files in `new/`, moved to `cur/` once kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from notifications.inbound.mime import SIZE

AT_ONCE = 50


def collect(folder: Path, known: Collection[str], keep: Callable[[bytes, str], None]) -> int:
    """Hand over every file in `new/`, the oldest first. Out: how many were kept.

    A file is moved only after it was kept; a crash in between hands it over again under the same key.
    """
    new, done = folder / "new", 0
    if not new.is_dir():
        return 0
    for file in sorted(path for path in new.iterdir() if path.is_file())[:AT_ONCE]:
        key = f"maildir:{file.name}"
        if key not in known:
            with file.open("rb") as source:
                keep(source.read(SIZE + 1), key)
            done += 1
        (folder / "cur").mkdir(exist_ok=True)
        file.rename(folder / "cur" / f"{file.name}:2,")
    return done
