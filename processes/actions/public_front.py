"""The front page: what one can have a say on now, what is coming, what has been decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from engine.clock import local_day
from processes.actions.decider import Decider, decider_of
from processes.actions.intake import OPEN, PUBLIC_PHASES, Gate, gate
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.decision import Decision
from processes.feedback import Feedback
from processes.municipality import Municipality
from processes.municipality import get as get_municipality
from processes.response import Response
from processes.round import Round

PAGE = 20


@dataclass(frozen=True)
class Listed:
    """A case as the list shows it. `language` is that of its words; `days_left` counts today's as 0."""

    number: str
    title: str
    language: str
    what: str
    place: str
    decided_by: Decider
    gate: Gate
    days_left: int | None = None
    outcome: str = ""
    decided_on: date | None = None
    answered: int = 0


@dataclass(frozen=True)
class Front:
    """The three lists. `words` are what was searched for; `pages` are of the decided ones."""

    words: str
    open: tuple[Listed, ...]
    upcoming: tuple[Listed, ...]
    decided: tuple[Listed, ...]
    decided_count: int
    page: int
    pages: int

    @property
    def found(self) -> int:
        return len(self.open) + len(self.upcoming) + self.decided_count


def front(
    session: Session, municipality_id: str, language: str, *, now: datetime, words: str = "", page: int = 1
) -> Front:
    """Every public case, in three lists; with `words`, those that have each of them anywhere."""
    municipality = get_municipality(session, municipality_id)
    cases = _cases(session, municipality_id)
    texts = _texts(session, municipality_id)
    wanted = words.casefold().split()
    cases = [it for it in cases if _has(wanted, it, texts.get(it.id, {}).values())]
    rounds = _newest_rounds(session, municipality_id)
    opened, upcoming, decided = [], [], []
    for case in cases:
        listed = _listed(
            case, texts.get(case.id, {}), rounds.get(case.id), municipality, language=language, now=now
        )
        if case.state != RUNNING:
            decided.append((case, listed))
        elif listed.gate.state == OPEN:
            opened.append(listed)
        else:
            upcoming.append(listed)
    opened.sort(key=lambda it: (it.gate.closes_at, it.number))
    upcoming.sort(key=lambda it: (it.gate.opens_at is None, it.gate.opens_at, it.number))
    decided.sort(key=lambda it: (it[0].ended_at or it[0].created_at, it[0].number), reverse=True)
    pages = max(1, -(-len(decided) // PAGE))
    page = min(max(page, 1), pages)
    shown = decided[(page - 1) * PAGE : page * PAGE]
    return Front(
        words=words,
        open=tuple(opened),
        upcoming=tuple(upcoming),
        decided=tuple(_ended(session, municipality_id, shown)),
        decided_count=len(decided),
        page=page,
        pages=pages,
    )


def _cases(session: Session, municipality_id: str) -> list[Consultation]:
    query = select(Consultation).where(
        Consultation.municipality_id == municipality_id, col(Consultation.published_at).is_not(None)
    )
    return list(session.exec(query).all())


def _texts(session: Session, municipality_id: str) -> dict[str, dict[str, ConsultationText]]:
    found: dict[str, dict[str, ConsultationText]] = {}
    query = select(ConsultationText).where(ConsultationText.municipality_id == municipality_id)
    for row in session.exec(query):
        found.setdefault(row.consultation_id, {})[row.language] = row
    return found


def _newest_rounds(session: Session, municipality_id: str) -> dict[str, Round]:
    newest = (
        select(func.max(Round.id))
        .where(Round.municipality_id == municipality_id, col(Round.phase).in_(PUBLIC_PHASES))
        .group_by(Round.consultation_id)
    )
    query = select(Round).where(Round.municipality_id == municipality_id, col(Round.id).in_(newest))
    return {row.consultation_id: row for row in session.exec(query)}


def _has(words: list[str], case: Consultation, texts: Iterable[ConsultationText]) -> bool:
    """SQLite knows no letters beyond a–z, so words are compared here."""
    if not words:
        return True
    parts = [case.number, case.place, case.topics]
    for text in texts:
        parts += [text.title, text.what, text.open_points]
    everything = " ".join(parts).casefold()
    return all(word in everything for word in words)


def _listed(
    case: Consultation,
    texts: dict[str, ConsultationText],
    newest: Round | None,
    municipality: Municipality,
    *,
    language: str,
    now: datetime,
) -> Listed:
    text = texts.get(language) or texts.get("et")
    standing = gate(newest, now, answered=True) if newest is not None else Gate("not_yet")
    left = None
    if standing.state == OPEN and standing.closes_at is not None:
        left = (local_day(standing.closes_at) - local_day(now)).days
    return Listed(
        number=case.number,
        title=text.title if text else case.number,
        language=text.language if text else language,
        what=text.what if text else "",
        place=case.place,
        decided_by=decider_of(case, municipality),
        gate=standing,
        days_left=left,
    )


def _ended(
    session: Session, municipality_id: str, shown: list[tuple[Consultation, Listed]]
) -> Iterable[Listed]:
    """The decided ones with their outcome and how many opinions were answered; two questions for all."""
    ids = [case.id for case, _ in shown]
    wanted = select(Decision).where(
        Decision.municipality_id == municipality_id, col(Decision.consultation_id).in_(ids)
    )
    decisions = {row.consultation_id: row for row in session.exec(wanted.order_by(col(Decision.id)))}
    same = (col(Response.municipality_id) == Feedback.municipality_id) & (
        col(Response.feedback_id) == Feedback.id
    )
    counted = (
        select(Feedback.consultation_id, func.count())
        .join(Response, same)
        .where(
            Feedback.municipality_id == municipality_id,
            col(Feedback.consultation_id).in_(ids),
            col(Response.sent_at).is_not(None),
        )
        .group_by(Feedback.consultation_id)
    )
    answered = dict(session.exec(counted).all())
    for case, listed in shown:
        decision = decisions.get(case.id)
        yield Listed(
            number=listed.number,
            title=listed.title,
            language=listed.language,
            what=listed.what,
            place=listed.place,
            decided_by=listed.decided_by,
            gate=listed.gate,
            outcome=f"{decision.kind}.{decision.outcome}" if decision else case.end_element,
            decided_on=decision.decided_on if decision else None,
            answered=answered.get(case.id, 0),
        )
