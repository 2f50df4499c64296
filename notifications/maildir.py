"""A Maildir (qmail's maildir(5)), both ways: mail a server puts into `new/` is taken in, letters of ours are put there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from email import message_from_bytes
from pathlib import Path
from urllib.parse import quote

from notifications.inbound.mime import SIZE
from notifications.verdict import Outcome, Verdict

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


class MaildirTransport:
    """Puts letters into a Maildir, where the postbox page shows them; for demonstrations and tests.

    The file's name is the Message-ID: a letter that comes twice lies there once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        for folder in ("tmp", "new", "cur"):
            (path / folder).mkdir(parents=True, exist_ok=True)

    def send(self, sender: str, recipient: str, raw: bytes) -> Verdict:  # noqa: ARG002  the mail names both
        name = maildir_name(raw)
        if any((self.path / "cur").glob(f"{name}:*")):
            return Verdict(Outcome.SENT, "there already")
        written = self.path / "tmp" / f"{name}.{os.getpid()}"
        with written.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.path / "new" / name)
        return Verdict(Outcome.SENT, "put into the Maildir")

    def close(self) -> None:
        pass


def maildir_name(raw: bytes) -> str:
    """Out: the letter's Message-ID as a file name without slash, colon or leading dot."""
    found = str(message_from_bytes(raw[:20_000]).get("Message-ID", "")).strip()
    name = quote(re.sub("[<>]", "", found), safe="@+=")
    return (name or "without-message-id").replace(".", "%2E", 1 if name.startswith(".") else 0)[:200]
