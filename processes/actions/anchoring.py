"""Where in the plan an opinion points: pointed to by its author or an official, shown beside it and on the case's map."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session, col, func, select

from processes import anchor
from processes.actions import planner_case
from processes.actions.planner_case import Head
from processes.actions.pointing import Ground, Pointed, ground, put, read
from processes.actions.themes import find
from processes.anchor import Anchor, GeometryUnreadable, PlanMap
from processes.consultation import Consultation
from processes.document import Document
from processes.errors import NotFound, Reason, Refused
from processes.feedback import TO_ANSWER, Feedback
from processes.permission import Actor

MOST_ANCHORS = 20
PAGE = 50


@dataclass(frozen=True)
class Place:
    """A place an opinion points to, ready to be shown. `geometry` is None for one in a document."""

    id: str
    feedback_id: str
    receipt: str
    kind: str
    title: str
    version: int | None
    page: int | None
    paragraph: str
    note: str
    geometry: dict[str, Any] | None


@dataclass(frozen=True)
class OpinionPlaces:
    """An opinion and the places it points to."""

    head: Head
    id: str
    receipt: str
    language: str
    text: str
    places: tuple[Place, ...]
    ground: Ground


@dataclass(frozen=True)
class CasePlaces:
    """Every place opinions of a case point to, a slice of them as a list; `shapes_text` is what the map was made of."""

    head: Head
    places: tuple[Place, ...]
    found: int
    page: int
    ground: Ground
    shapes_text: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


def add(
    session: Session, actor: Actor, number: str, feedback_id: str, pointed: Pointed, *, now: datetime
) -> None:
    """An official notes where an opinion points. Errors: NotAllowed, NotFound, Refused."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    problems: dict[str, Reason] = {}
    made = read(problems, session, case, pointed, now=now)
    if not made and not problems:
        problems["coordinates"] = Reason("required")
    if problems:
        raise Refused(problems)
    if len(_of(session, said)) + len(made) > MOST_ANCHORS:
        raise Refused({"": Reason("too_many_points", limit=MOST_ANCHORS)})
    put(session, said, made)


def remove(session: Session, actor: Actor, number: str, feedback_id: str, anchor_id: str) -> None:
    """Take a place away. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    row = session.get(Anchor, (case.municipality_id, anchor_id))
    if row is None or row.feedback_id != said.id:
        raise NotFound
    session.delete(row)


def of_opinion(session: Session, actor: Actor, number: str, feedback_id: str, language: str) -> OpinionPlaces:
    """An opinion with its places. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    titles = _titles(session, case)
    return OpinionPlaces(
        planner_case.head(session, actor, case, language), said.id, said.receipt, said.language, said.text,
        tuple(_place(it, said.receipt, titles) for it in _of(session, said)), ground(session, case),
    )  # fmt: skip


def of_case(session: Session, actor: Actor, number: str, language: str, *, page: int = 1) -> CasePlaces:
    """Where opinions of a case point, by when they came. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    same = (col(Feedback.municipality_id) == Anchor.municipality_id) & (
        col(Feedback.id) == Anchor.feedback_id
    )
    mine = (
        Anchor.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    )
    found = session.exec(select(func.count()).select_from(Anchor).join(Feedback, same).where(*mine)).one()
    query = select(Anchor, Feedback.receipt).join(Feedback, same).where(*mine)
    query = query.order_by(col(Feedback.received_at), col(Anchor.id)).limit(PAGE).offset((page - 1) * PAGE)
    titles, on = _titles(session, case), ground(session, case)
    features = [
        {"type": "Feature", "properties": {"name": it["name"]}, "geometry": it["geometry"]}
        for it in on.shapes
    ]
    text = orjson.dumps({"type": "FeatureCollection", "features": features}).decode() if features else ""
    return CasePlaces(
        planner_case.head(session, actor, case, language),
        tuple(_place(row, receipt, titles) for row, receipt in session.exec(query)),
        found, page, on, text,
    )  # fmt: skip


def draw(session: Session, actor: Actor, number: str, text: str, *, now: datetime) -> None:
    """Keep the plan's map out of GeoJSON; empty takes it away. Errors: NotAllowed, NotFound, Refused."""
    case = planner_case.find(session, actor, number)
    row = session.get(PlanMap, (case.municipality_id, case.id), with_for_update=True)
    if not text.strip():
        if row is not None:
            session.delete(row)
        return
    try:
        shapes = orjson.dumps(anchor.read_shapes(text)).decode()
    except GeometryUnreadable as problem:
        raise Refused({"shapes": Reason(problem.code)}) from problem
    row = row or PlanMap(
        municipality_id=case.municipality_id, id=case.id, shapes="", set_by=actor.person_id, set_at=now
    )
    row.shapes, row.set_by, row.set_at = shapes, actor.person_id, now
    session.add(row)


def _of(session: Session, said: Feedback) -> list[Anchor]:
    query = select(Anchor).where(
        Anchor.municipality_id == said.municipality_id, Anchor.feedback_id == said.id
    )
    return list(session.exec(query.order_by(col(Anchor.added_at), col(Anchor.id))))


def _titles(session: Session, case: Consultation) -> dict[str, str]:
    query = select(Document.id, Document.title).where(
        Document.municipality_id == case.municipality_id, Document.consultation_id == case.id
    )
    return {row[0]: row[1] for row in session.exec(query)}


def _place(row: Anchor, receipt: str, titles: dict[str, str]) -> Place:
    geometry = orjson.loads(row.geometry) if row.geometry else None
    return Place(
        row.id, row.feedback_id, receipt, row.kind, titles.get(row.document_id, ""), row.document_version, row.page,
        row.paragraph, row.note, geometry,
    )  # fmt: skip
