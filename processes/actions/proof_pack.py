"""The proof of one case for the document register: what was done, when, towards whom, and what shows it.

Everything is read from rows, in a fixed order, and nothing in it depends on when it is read: the same case gives
the same pack. A private person's name, contact and words are not in it; receipts lead to them in the register.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, SQLModel

from engine import history
from processes.actions import planner_case, proof_sections
from processes.actions.proof_sections import Section, rows_of
from processes.consultation import Consultation, text_of
from processes.document import Document, Store
from processes.meeting import Meeting
from processes.permission import Actor
from processes.summary import Summary


@dataclass(frozen=True)
class File:
    """A file of the pack. Its bytes are in the store under `digest`, or given here."""

    path: str
    digest: str
    size: int
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Pack:
    """What the pack of a case holds. `as_of` is the moment of the last thing in it; `whole` that the chain holds."""

    number: str
    title: str
    municipality_id: str
    as_of: datetime
    whole: bool
    summaries: tuple[str, ...]
    sections: tuple[Section, ...]
    files: tuple[File, ...]


def read(session: Session, actor: Actor, number: str) -> Pack:
    """Read everything of a case that proves something. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    events = history.of_instance(session, case.municipality_id, case.instance_id) if case.instance_id else []
    sections = tuple(it for it in proof_sections.sections(session, case, events) if it.rows)
    moments = [value for it in sections for row in it.rows for value in row if isinstance(value, datetime)]
    frozen = [it for it in rows_of(session, case, Summary) if it.frozen_at is not None]
    return Pack(
        number=case.number,
        title=text_of(session, case, "et").title,
        municipality_id=case.municipality_id,
        as_of=max(
            [case.created_at, *(it.at for it in events), *(it for it in moments if it <= _last(events, case))]
        ),
        whole=bool(case.instance_id) and history.verify(session, case.municipality_id, str(case.instance_id)),
        summaries=tuple(it.id for it in frozen),
        sections=sections,
        files=tuple(_files(session, case, events, frozen)),
    )


def content(file: File, store: Store, municipality_id: str) -> bytes:
    """The bytes of a file of the pack."""
    return file.content if file.content is not None else store.get(municipality_id, file.digest)


def _last(events: Sequence[history.History], case: Consultation) -> datetime:
    return events[-1].at if events else case.created_at


def _files(
    session: Session, case: Consultation, events: Sequence[history.History], frozen: Sequence[Summary]
) -> Iterator[File]:
    for number, paper in enumerate(rows_of(session, case, Document), 1):
        if paper.published_at is not None:
            ending = paper.filename.rpartition(".")[2].lower()
            yield File(f"documents/{number:03d}-{paper.kind}.{ending}", paper.digest, paper.size)
    for number, held in enumerate(rows_of(session, case, Meeting), 1):
        if held.minutes:
            yield _given(f"minutes/{number:02d}-{held.kind}.txt", held.minutes)
    for number, page in enumerate(frozen, 1):
        yield _given(f"summaries/{number:02d}.json", page.content)
    yield _given("rules.json", case.terms)
    if events:
        yield _given("history.jsonl", "".join(_line(it) for it in events))


def _line(event: SQLModel) -> str:
    """One event as it was sealed: whoever has the file can count the chain of hashes again."""
    row = event.model_dump()
    row["at"] = row["at"].isoformat(timespec="microseconds")
    return json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"


def _given(path: str, text: str) -> File:
    made = text.encode()
    return File(path, _sha(made), len(made), made)


def _sha(made: bytes) -> str:
    return hashlib.sha256(made).hexdigest()
