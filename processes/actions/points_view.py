"""An opinion beside its points: as received, the working copy, the points with advice, the notes of officials."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from processes import theme
from processes.actions import advising, beside_opinion, planner_case, points
from processes.actions.beside_opinion import Copy, Noted
from processes.actions.planner_case import Head
from processes.actions.points import Point
from processes.actions.themes import find
from processes.invitation import Links
from processes.permission import Actor


@dataclass(frozen=True)
class OpinionPoints:
    """`links` are the secret parts of the offices' links, by the advice's id."""

    head: Head
    id: str
    receipt: str
    author: str
    author_kind: str
    language: str
    received_at: datetime
    text: str
    copy: Copy
    points: tuple[Point, ...]
    notes: tuple[Noted, ...]
    people: tuple[tuple[str, str], ...]
    themes: tuple[str, ...]
    links: dict[str, str]
    answered: bool


def read(
    session: Session, actor: Actor, number: str, feedback_id: str, language: str, *, links: Links
) -> OpinionPoints:
    """One opinion and all that is made of it. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    found = points.of_opinion(session, actor, case, said.id)
    return OpinionPoints(
        head=planner_case.head(session, actor, case, language),
        id=said.id,
        receipt=said.receipt,
        author=said.author_name,
        author_kind=said.author_kind,
        language=said.language,
        received_at=said.received_at,
        text=said.text,
        copy=beside_opinion.working(session, said),
        points=found,
        notes=beside_opinion.notes(session, actor, said),
        people=tuple(points.colleagues(session, actor.municipality_id)),
        themes=tuple(it.name for it in theme.known(session, actor.municipality_id)),
        links={it.id: advising.link_of(links, it.id) for point in found for it in point.advice if it.by_link},
        answered=points.answered_with(session, case, said.id) is not None,
    )
