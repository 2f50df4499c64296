"""The meetings of a case as officials see them: who comes, how much is needed, who sits where, what was minuted.

Whose a need is, and so who sits where, only the case's own planner sees; every other official counts. The committee's
sessions are shown; they are kept with the committee's page.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, func, select

from processes import attendance, seating
from processes import meeting as meetings
from processes.accommodation import Need
from processes.actions import planner_case
from processes.actions.needs import WITHDRAWN
from processes.actions.planner_case import Head
from processes.attendance import ANSWERS, Asked
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.meeting import Meeting
from processes.permission import Actor
from processes.seating import COMING, Seating, Sitter

NOBODY: dict[str, int] = dict.fromkeys(ANSWERS, 0)


@dataclass(frozen=True)
class Kept:
    """A meeting with its counts; `can_change` while it lies ahead and is the process's own."""

    id: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    access: str
    url: str
    state: str
    sequence: int
    minutes: str
    minutes_at: datetime | None
    answers: dict[str, int]
    can_change: bool

    @property
    def asked(self) -> int:
        return sum(self.answers.values())


@dataclass(frozen=True)
class Meetings:
    """Every meeting of a case, the newest first, and how many needs stand."""

    head: Head
    meetings: tuple[Kept, ...]
    by_kind: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class OneMeeting:
    """A meeting opened. `seating` is None for everyone but the case's planner, and `guests` then name no needs.

    `needs` counts what those who come or may come asked for; `door` and `workers` are what the door must know.
    """

    head: Head
    it: Kept
    guests: tuple[Asked, ...]
    needs: tuple[tuple[str, int], ...]
    door: dict[str, int]
    workers: dict[str, int]
    at_link: int
    seating: Seating | None
    can_note: bool

    @property
    def may_see(self) -> bool:
        return self.seating is not None

    @property
    def hybrid(self) -> bool:
        return bool(self.it.url and self.it.place)


def read(session: Session, actor: Actor, number: str, language: str, *, now: datetime) -> Meetings:
    """The meetings of a case. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id, Meeting.consultation_id == case.id
    )
    found = session.exec(query.order_by(col(Meeting.starts_at).desc())).all()
    counted = attendance.counts(session, case.municipality_id, [it.id for it in found])
    for it in found:
        if it.kind == "committee":
            counted[it.id] = _count(attendance.of_meeting(session, it))
    return Meetings(
        head=planner_case.head(session, actor, case, language),
        meetings=tuple(_kept(case, it, counted.get(it.id, NOBODY), now) for it in found),
        by_kind=_needs(session, case),
    )


def one(
    session: Session, actor: Actor, number: str, meeting_id: str, language: str, *, now: datetime
) -> OneMeeting:
    """One meeting. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    row = find(session, case, meeting_id)
    guests = attendance.of_meeting(session, row)
    may_see = case.planner_id == actor.person_id
    sitters, at = sitters_of(guests), {"hall": bool(row.place), "link": bool(row.url)}
    seated = seating.propose(sitters, **at)
    door, workers = seating.at_the_door(sitters, **at)
    needs = Counter(kind for it in guests if it.answer in COMING for kind in it.needs)
    return OneMeeting(
        head=planner_case.head(session, actor, case, language),
        it=_kept(case, row, _count(guests), now),
        guests=guests if may_see else tuple(replace(it, needs=(), seat="", seat_note="") for it in guests),
        needs=tuple(sorted(needs.items(), key=lambda it: (-it[1], it[0]))),
        door=door,
        workers=workers,
        at_link=len(seated.link),
        seating=seated if may_see else None,
        can_note=case.state == "running" and row.state != meetings.CANCELLED,
    )


def sitters_of(guests: Sequence[Asked]) -> list[Sitter]:
    """Everyone asked, as the seating takes them; a delegate sits in the place of whom they stand for."""
    return [
        Sitter(
            it.key, f"{it.name} ({it.delegate})" if it.delegate else it.name, it.answer, it.needs, it.seat, it.seat_note
        )
        for it in guests
    ]  # fmt: skip


def can_change(row: Meeting, now: datetime) -> bool:
    """Whether a meeting can still be moved or called off here."""
    return row.state == meetings.PLANNED and row.kind != "committee" and row.ends_at > now


def find(session: Session, case: Consultation, meeting_id: str, *, lock: bool = False) -> Meeting:
    """A meeting of this very case. Errors: NotFound."""
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.id == meeting_id,
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def _kept(case: Consultation, row: Meeting, answers: dict[str, int], now: datetime) -> Kept:
    return Kept(
        id=row.id,
        kind=row.kind,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        access=row.access,
        url=row.url,
        state=row.state,
        sequence=row.sequence,
        minutes=row.minutes,
        minutes_at=row.minutes_at,
        answers=answers,
        can_change=case.state == "running" and can_change(row, now),
    )


def _count(guests: Sequence[Asked]) -> dict[str, int]:
    return NOBODY | Counter(it.answer for it in guests)


def _needs(session: Session, case: Consultation) -> tuple[tuple[str, int], ...]:
    query = select(Need.kind, func.count()).where(
        Need.municipality_id == case.municipality_id,
        Need.consultation_id == case.id,
        col(Need.state) != WITHDRAWN,
    )
    found = [(row[0], row[1]) for row in session.exec(query.group_by(Need.kind))]
    return tuple(sorted(found, key=lambda it: (-it[1], it[0])))
