"""Every point of a case in one list: whose it is, until when, on what, and what is still undecided."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from processes.actions import planner_case
from processes.actions.planner_case import Head
from processes.actions.points import colleagues, names_of
from processes.actions.said_of import beginning
from processes.consultation import Consultation
from processes.feedback import TO_ANSWER, Feedback
from processes.item import STANCES, Advice, Item
from processes.permission import Actor

PAGE = 20
SHOWN = ("undecided", "late", "mine", "advice", "")


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to: one of SHOWN, a theme, a stance, an assignee (`none`: nobody's)."""

    show: str = ""
    theme: str = ""
    stance: str = ""
    assignee: str = ""


@dataclass(frozen=True)
class Line:
    """A point in the list. `advice` counts what was asked, `given` what came."""

    id: str
    feedback_id: str
    receipt: str
    language: str
    beginning: str
    theme: str
    stance: str
    assignee: str
    due_on: date | None
    outcome: str
    advice: int
    given: int


@dataclass(frozen=True)
class Points:
    """A slice of the points of a case; `counts` for each of SHOWN; what they can be narrowed to."""

    head: Head
    lines: tuple[Line, ...]
    counts: dict[str, int]
    themes: tuple[tuple[str, int], ...]
    people: tuple[tuple[str, str], ...]
    found: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


def read(
    session: Session, actor: Actor, number: str, language: str, wanted: Wanted, *, today: date, page: int = 1
) -> Points:
    """The points of a case, the nearest term first. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    where = _narrowed(case, actor, wanted, today)
    found = session.exec(_counting().where(*where)).one()
    query = (
        select(Item, Feedback.receipt, Feedback.language)
        .join(Feedback, _same())
        .where(*where)
        .order_by(
            col(Item.due_on).is_(None),
            col(Item.due_on),
            col(Feedback.received_at),
            col(Item.place),
            col(Item.id),
        )
    )
    rows = session.exec(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    names, asked = (
        names_of(session, actor.municipality_id),
        _advice(session, case, [row[0].id for row in rows]),
    )
    return Points(
        head=planner_case.head(session, actor, case, language),
        lines=tuple(
            Line(
                it.id, it.feedback_id, receipt, tongue, beginning(it.text), it.theme, it.stance,
                names.get(it.assignee_id, ""), it.due_on, it.outcome, *asked.get(it.id, (0, 0)),
            )
            for it, receipt, tongue in rows
        ),
        counts={
            it: session.exec(_counting().where(*_narrowed(case, actor, Wanted(show=it), today))).one() for it in SHOWN
        },
        themes=_themes(session, case),
        people=tuple(colleagues(session, actor.municipality_id)),
        found=found,
        page=page,
    )  # fmt: skip


def _narrowed(case: Consultation, actor: Actor, wanted: Wanted, today: date) -> list[Any]:
    where: list[Any] = [
        Item.municipality_id == case.municipality_id,
        Item.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    ]
    if wanted.show == "undecided":
        where.append(Item.outcome == "")
    elif wanted.show == "late":
        where += [Item.outcome == "", col(Item.due_on) < today]
    elif wanted.show == "mine":
        where += [Item.outcome == "", Item.assignee_id == actor.person_id]
    elif wanted.show == "advice":
        where.append(
            col(Item.id).in_(
                select(Advice.item_id).where(
                    Advice.municipality_id == case.municipality_id, col(Advice.given_at).is_(None)
                )
            )
        )
    if wanted.theme:
        where.append(Item.theme == wanted.theme)
    if wanted.stance in STANCES:
        where.append(Item.stance == wanted.stance)
    if wanted.assignee:
        where.append(Item.assignee_id == ("" if wanted.assignee == "none" else wanted.assignee))
    return where


def _counting() -> Any:
    return select(func.count()).select_from(Item).join(Feedback, _same())


def _same() -> Any:
    return (col(Feedback.municipality_id) == Item.municipality_id) & (col(Feedback.id) == Item.feedback_id)


def _themes(session: Session, case: Consultation) -> tuple[tuple[str, int], ...]:
    query = (
        select(Item.theme, func.count())
        .where(
            Item.municipality_id == case.municipality_id, Item.consultation_id == case.id, Item.theme != ""
        )
        .group_by(Item.theme)
        .order_by(Item.theme)
    )
    return tuple((row[0], row[1]) for row in session.exec(query))


def _advice(session: Session, case: Consultation, item_ids: list[str]) -> dict[str, tuple[int, int]]:
    query = (
        select(Advice.item_id, func.count(), func.count(col(Advice.given_at)))
        .where(Advice.municipality_id == case.municipality_id, col(Advice.item_id).in_(item_ids))
        .group_by(Advice.item_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.exec(query)}
