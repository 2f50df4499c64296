"""An answer as its writers see it: whose words they are, which version, who approved it, whether it has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from processes.consultation import Consultation
from processes.errors import Conflict
from processes.person import Person
from processes.response import Response


class Answered(Conflict):
    """Somebody else answered this opinion first. `outcome`, `reasons`, `by` and `at` are theirs; `seen` their version."""

    code = "answered_meanwhile"


@dataclass(frozen=True)
class Written:
    """An answer as it stands now. `seen` names this version of it, for whoever changes it."""

    outcome: str
    reasons: str
    by: str
    at: datetime
    sent_at: datetime | None
    writer_id: str = ""
    approved_at: datetime | None = None
    approved_by: str = ""
    group_id: str = ""
    revision: int = 1

    @property
    def seen(self) -> str:
        return self.at.isoformat()


def written(answer: Response, names: dict[str, str]) -> Written:
    """An answer's row as it is read. In: the names of who writes."""
    return Written(
        answer.outcome,
        answer.reasons,
        names.get(answer.written_by, ""),
        answer.written_at,
        answer.sent_at,
        answer.written_by,
        answer.approved_at,
        names.get(answer.approved_by, ""),
        answer.group_id,
        answer.revision,
    )


def writers(session: Session, case: Consultation, person_ids: Sequence[str]) -> dict[str, str]:
    """Who they are, by id."""
    query = select(Person.id, Person.name).where(
        Person.municipality_id == case.municipality_id, col(Person.id).in_(set(person_ids))
    )
    return {row[0]: row[1] for row in session.exec(query)}


def clash(session: Session, case: Consultation, answer: Response) -> Answered:
    """What to raise at whoever saves over an answer they have not seen."""
    theirs = written(answer, writers(session, case, [answer.written_by]))
    return Answered(
        "", outcome=theirs.outcome, reasons=theirs.reasons, by=theirs.by, at=theirs.at, seen=theirs.seen
    )
