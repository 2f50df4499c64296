"""Documents of a case and attachments of opinions: bytes in the store, facts in rows."""

import hashlib
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore
from sqlalchemy import Index, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes.database import Row, belongs_to

NOT_SCANNED, SCAN_WAITS, CLEAN, INFECTED = "", "waiting", "clean", "infected"
KINDS = ("plan", "drawing", "explanation", "report", "draft", "minutes", "easy", "other")


class Document(Row, table=True):
    """A document anyone may read once published. `digest` (SHA-256) is also its key in the store."""

    __table_args__ = (belongs_to("consultation"),)

    consultation_id: str = Field(index=True)
    title: str
    kind: str = "other"
    language: str = "et"
    filename: str
    media_type: str
    size: int
    digest: str
    pages: int | None = None
    accessible: bool = False
    version: int = 1
    added_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Attachment(Row, table=True):
    """A file sent with an opinion; never public before a person's act.

    `scan` is what the virus scanner said: empty where none is set, else waiting, clean or infected. Nobody is
    given a file that waits or is infected.
    """

    __table_args__ = (
        belongs_to("feedback"),
        Index(
            "ix_attachment_waiting", "municipality_id", "id",
            sqlite_where=text("scan = 'waiting'"), postgresql_where=text("scan = 'waiting'"),
        ),
    )  # fmt: skip

    feedback_id: str = Field(index=True)
    filename: str
    media_type: str
    size: int
    digest: str
    added_at: datetime = Field(sa_type=UtcDateTime)
    scan: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


_SYSTEM = re.compile(r"Os \{\s*code: (\d+)")


def digest_of(content: bytes) -> str:
    """What bytes are known by in the store."""
    return hashlib.sha256(content).hexdigest()


class Store:
    """Where the bytes lie, by digest: writing the same bytes twice is writing them once.

    `scanned` says that what comes from outside waits for a virus scanner before anybody gets it.
    """

    def __init__(self, folder: Path, *, scanned: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(folder)
        self.arrives_as = SCAN_WAITS if scanned else NOT_SCANNED

    def put(self, municipality_id: str, content: bytes) -> str:
        """Keep the bytes. Out: their digest, safe to reference before or after the commit.

        Errors: OSError with the system's number when the disk is full or takes nothing.
        """
        digest = digest_of(content)
        try:
            obstore.put(self._store, f"{municipality_id}/{digest}", content)
        except BaseError as error:  # the number stands in its text alone
            if number := _SYSTEM.search(str(error)):
                raise OSError(int(number[1]), "the store of files took nothing") from error
            raise
        return digest

    def get(self, municipality_id: str, digest: str) -> bytes:
        return bytes(obstore.get(self._store, f"{municipality_id}/{digest}").bytes())

    def forget(self, municipality_id: str, digest: str) -> None:
        """Delete the bytes; gone already is as good. The caller knows that no row speaks of them any more."""
        with suppress(FileNotFoundError):
            obstore.delete(self._store, f"{municipality_id}/{digest}")
