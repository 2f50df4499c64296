"""Passages a municipality answers with: kept, changed, put away, and where each was used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from processes import passage
from processes.actions.giving import check_length, clean, one_line
from processes.consultation import Consultation
from processes.database import new_id
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.feedback import Feedback
from processes.passage import Passage, PassageUse
from processes.permission import PLANNER, Actor, require
from processes.person import Person
from processes.words import LANGUAGES

MAX_NAME = 80
MAX_TEXT = 5_000
USES_SHOWN = 50


class ChangedMeanwhile(Conflict):
    """Somebody else changed this first. `text`, `by` and `revision` are theirs."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class PassageForm:
    """What the form of a passage sends."""

    name: str = ""
    theme: str = ""
    text: str = ""
    language: str = "et"


@dataclass(frozen=True)
class Line:
    """A passage and in how many answers it stands."""

    id: str
    name: str
    theme: str
    language: str
    text: str
    revision: int
    by: str
    written_at: datetime
    uses: int


@dataclass(frozen=True)
class Use:
    """An answer a passage was used in. `older` says that the passage has been changed since."""

    number: str
    feedback_id: str
    receipt: str
    used_at: datetime
    by: str
    older: bool


def listed(session: Session, actor: Actor, *, theme: str = "") -> list[Line]:
    """The passages in use, those of a theme first. Errors: NotAllowed."""
    require(actor, PLANNER)
    home = actor.municipality_id
    counts, names = passage.uses(session, home), _names(session, home)
    found = [_line(it, counts.get(it.id, 0), names) for it in passage.known(session, home)]
    return sorted(found, key=lambda it: not theme or it.theme != theme)


def one(session: Session, actor: Actor, passage_id: str) -> tuple[Line, list[Use]]:
    """A passage and the answers it stands in, the newest first. Errors: NotAllowed, NotFound."""
    require(actor, PLANNER)
    home = actor.municipality_id
    row, names = _find(session, actor, passage_id), _names(session, home)
    query = (
        select(PassageUse, Feedback.receipt, Consultation.number)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == PassageUse.municipality_id)
            & (col(Feedback.id) == PassageUse.feedback_id),
        )
        .join(
            Consultation,
            (col(Consultation.municipality_id) == Feedback.municipality_id)
            & (col(Consultation.id) == Feedback.consultation_id),
        )
        .where(PassageUse.municipality_id == home, PassageUse.passage_id == row.id)
        .order_by(col(PassageUse.used_at).desc(), col(PassageUse.feedback_id))
        .limit(USES_SHOWN)
    )
    uses = [
        Use(
            number, it.feedback_id, receipt, it.used_at, names.get(it.used_by, ""), it.revision < row.revision
        )
        for it, receipt, number in session.exec(query)
    ]
    return _line(row, passage.uses(session, home).get(row.id, 0), names), uses


def keep(
    session: Session, actor: Actor, form: PassageForm, *, key: str = "", passage_id: str = "", seen: int = 0, now: datetime
) -> str:  # fmt: skip
    """Keep a new passage (`key` makes two presses one) or change one (`passage_id`, `seen` its revision). Out: its id.

    Errors: NotAllowed, NotFound, Refused, ChangedMeanwhile.
    """
    require(actor, PLANNER)
    name, theme, language = form.name, form.theme, form.language
    words, problems = clean(form.text), dict[str, Reason]()
    check_length(problems, "name", one_line(name), MAX_NAME, required=True)
    check_length(problems, "text", words, MAX_TEXT, required=True)
    check_length(problems, "theme", one_line(theme), 60)
    if language not in LANGUAGES:
        problems["language"] = Reason("not_a_choice")
    if problems:
        raise Refused(problems)
    if passage_id:
        row = _find(session, actor, passage_id, lock=True)
        same = (row.name, row.text, row.theme, row.language) == (
            one_line(name),
            words,
            one_line(theme),
            language,
        )
        if not same and row.revision != seen:
            names = _names(session, actor.municipality_id)
            raise ChangedMeanwhile("", text=row.text, by=names.get(row.written_by, ""), revision=row.revision)
        row.revision += 0 if same else 1
    else:
        if key and (before := session.get(Passage, (actor.municipality_id, key))) is not None:
            return before.id
        row = Passage(
            municipality_id=actor.municipality_id,
            id=key or new_id(),
            name="",
            text="",
            written_by="",
            written_at=now,
        )
    row.name, row.text, row.theme, row.language = one_line(name), words, one_line(theme), language
    row.written_by, row.written_at = actor.person_id, now
    session.add(row)
    return row.id


def put_away(session: Session, actor: Actor, passage_id: str, *, now: datetime) -> None:
    """Offer a passage no more; where it stands, it stays. Errors: NotAllowed, NotFound."""
    require(actor, PLANNER)
    row = _find(session, actor, passage_id, lock=True)
    row.put_away_at = row.put_away_at or now
    session.add(row)


def note_use(
    session: Session, actor: Actor, used: Sequence[str], feedback_ids: Sequence[str], *, now: datetime
) -> None:
    """Put down that passages stand in these answers; ids nobody knows are passed over."""
    for passage_id in dict.fromkeys(used):
        row = session.get(Passage, (actor.municipality_id, passage_id))
        if row is None:
            continue
        query = select(PassageUse.feedback_id).where(
            PassageUse.municipality_id == actor.municipality_id, PassageUse.passage_id == row.id
        )
        there = set(session.exec(query))
        session.add_all(
            PassageUse(
                municipality_id=actor.municipality_id, passage_id=row.id, feedback_id=it, revision=row.revision,
                used_by=actor.person_id, used_at=now,
            )
            for it in feedback_ids
            if it not in there
        )  # fmt: skip


def _find(session: Session, actor: Actor, passage_id: str, *, lock: bool = False) -> Passage:
    row = session.get(Passage, (actor.municipality_id, passage_id), with_for_update=lock or None)
    if row is None:
        raise NotFound
    return row


def _names(session: Session, municipality_id: str) -> dict[str, str]:
    query = select(Person.id, Person.name).where(Person.municipality_id == municipality_id)
    return {row[0]: row[1] for row in session.exec(query)}


def _line(row: Passage, uses: int, names: dict[str, str]) -> Line:
    return Line(
        row.id, row.name, row.theme, row.language, row.text, row.revision, names.get(row.written_by, ""),
        row.written_at, uses,
    )  # fmt: skip
