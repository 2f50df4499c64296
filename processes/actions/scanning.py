"""Files from outside wait for a virus scanner: nobody is given one before it was found clean.

Scanning speaks to a program beside us, so it stands outside every transaction. While the scanner is away files wait.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sqlmodel import Session, col, select, update

from processes.database import Database
from processes.document import CLEAN, INFECTED, SCAN_WAITS, Attachment, Store
from processes.errors import FileInfected, FileWaits
from processes.inbound import IncomingMail

LOG = logging.getLogger("kaasa.scanning")
AT_ONCE = 20
AGAIN_AFTER = 60.0
"""Seconds before a scanner that did not answer is asked again."""


class Scanner(Protocol):
    """Whatever can say what is in bytes: an empty name for nothing. It raises when it cannot tell."""

    def scan(self, content: bytes) -> str: ...


@dataclass(frozen=True)
class _File:
    table: type[Attachment] | type[IncomingMail]
    municipality_id: str
    id: str
    digest: str


def require(scan: str) -> None:
    """Let a file be read, or say why not. Errors: FileWaits, FileInfected."""
    if scan == SCAN_WAITS:
        raise FileWaits
    if scan == INFECTED:
        raise FileInfected


class Scanning:
    """The drain of the background loop that asks about files. Nothing is asked while no scanner is set."""

    def __init__(
        self, database: Database, store: Store, scanner: Scanner | None,
        *, ticks: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._database, self._store, self._scanner, self._ticks = database, store, scanner, ticks
        self._not_before = 0.0

    def drain(self) -> int:
        """Ask about what waits. Out: how many files were decided; 0 while the scanner is away."""
        if self._scanner is None or self._ticks() < self._not_before:
            return 0
        with self._database.session() as session:
            waiting = [it for table in (Attachment, IncomingMail) for it in _waiting(session, table)]
        done = 0
        for file in waiting:
            try:
                found = self._scanner.scan(self._store.get(file.municipality_id, file.digest))
            except Exception as error:  # noqa: BLE001  whatever it is, the file was not found clean: it waits
                LOG.warning("scanner_away", extra={"error": str(error)[:300]})
                self._not_before = self._ticks() + AGAIN_AFTER
                break
            self._database.transaction(partial(_decide, file=file, infected=bool(found)))
            if found:
                LOG.warning("virus_found", extra={"file": file.id, "virus": found[:100]})
            done += 1
        return done


def _waiting(session: Session, table: type[Attachment] | type[IncomingMail]) -> list[_File]:
    query = select(table.municipality_id, table.id, table.digest).where(table.scan == SCAN_WAITS)
    return [_File(table, *row) for row in session.exec(query.order_by(table.id).limit(AT_ONCE))]


def _decide(session: Session, *, file: _File, infected: bool) -> None:
    table = file.table
    this = (col(table.municipality_id) == file.municipality_id, col(table.id) == file.id)
    still = update(table).where(*this, col(table.scan) == SCAN_WAITS)
    session.exec(still.values(scan=INFECTED if infected else CLEAN))
