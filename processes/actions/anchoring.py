"""Where in the plan an opinion points: pointed to by its author or an official, shown beside it and on the case's map."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session, col, func, select

from processes import anchor, municipality
from processes.actions import planner_case
from processes.actions.giving import check_length, clean, one_line
from processes.actions.planner_case import Head
from processes.actions.themes import find
from processes.anchor import AREA, DOCUMENT, POINT, Anchor, GeometryUnreadable, PlanMap
from processes.consultation import Consultation
from processes.document import Document
from processes.errors import NotFound, Reason, Refused
from processes.feedback import TO_ANSWER, Feedback
from processes.permission import Actor

MAX_NOTE = 300
MAX_GEOMETRY = 20_000
MOST_ANCHORS = 20
PAGE = 50

_PAIR = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True)
class Pointed:
    """What a form says of one place; all of it is optional. `thing` is the number of a named thing on the map.

    `coordinates` are lines of latitude and longitude, one for a point and three or more for an area, or GeoJSON.
    """

    document: str = ""
    page: str = ""
    paragraph: str = ""
    thing: str = ""
    coordinates: str = ""
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.document or self.thing or self.coordinates.strip())


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
class Ground:
    """What can be pointed to: published documents, the named things of the map, and the map's background."""

    documents: tuple[tuple[str, str], ...]
    shapes: tuple[dict[str, Any], ...]
    tiles: str


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


def ground(session: Session, case: Consultation) -> Ground:
    """What can be pointed to in a case."""
    query = select(Document.id, Document.title).where(
        Document.municipality_id == case.municipality_id,
        Document.consultation_id == case.id,
        col(Document.published_at).is_not(None),
    )
    documents = tuple(
        (row[0], row[1]) for row in session.exec(query.order_by(Document.title, col(Document.id)))
    )
    drawn = session.get(PlanMap, (case.municipality_id, case.id))
    shapes = tuple(orjson.loads(drawn.shapes)) if drawn else ()
    return Ground(documents, shapes, municipality.get(session, case.municipality_id).map_tiles)


def read(
    problems: dict[str, Reason], session: Session, case: Consultation, pointed: Pointed, *, now: datetime
) -> list[Anchor]:
    """What a form points to, as rows not yet of any opinion; adds what is wrong to `problems`."""
    made: list[Anchor] = []
    note = one_line(pointed.note)
    check_length(problems, "note", note, MAX_NOTE)
    if pointed.document:
        made += _in_document(problems, session, case, pointed, note, now)
    geometry, name = _on_map(problems, session, case, pointed)
    if geometry is not None:
        kind = POINT if geometry["type"] == "Point" else AREA
        made.append(
            Anchor(
                municipality_id=case.municipality_id, feedback_id="", kind=kind, geometry=orjson.dumps(geometry).decode(),
                note=note if not name else f"{name}: {note}" if note else name, added_at=now,
            )
        )  # fmt: skip
    return made


def put(session: Session, said: Feedback, anchors: list[Anchor]) -> None:
    """Give an opinion the places that were read."""
    for row in anchors:
        row.feedback_id = said.id
        session.add(row)
    session.flush()


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


def _in_document(
    problems: dict[str, Reason],
    session: Session,
    case: Consultation,
    pointed: Pointed,
    note: str,
    now: datetime,
) -> list[Anchor]:
    document = session.get(Document, (case.municipality_id, pointed.document))
    if document is None or document.consultation_id != case.id or document.published_at is None:
        problems["document"] = Reason("document_unknown")
        return []
    paragraph, page = one_line(pointed.paragraph), None
    check_length(problems, "paragraph", paragraph, 60)
    if written := pointed.page.strip():
        if written.isascii() and written.isdigit() and 0 < int(written[:6]) < 100_000 and len(written) < 6:
            page = int(written)
        else:
            problems["page"] = Reason("no_such_page")
    return [
        Anchor(
            municipality_id=case.municipality_id, feedback_id="", kind=DOCUMENT, document_id=document.id,
            document_version=document.version, document_digest=document.digest, page=page, paragraph=paragraph, note=note,
            added_at=now,
        )
    ]  # fmt: skip


def _on_map(
    problems: dict[str, Reason], session: Session, case: Consultation, pointed: Pointed
) -> tuple[dict[str, Any] | None, str]:
    if written := clean(pointed.coordinates):
        try:
            return _geometry(written), ""
        except GeometryUnreadable as problem:
            problems["coordinates"] = Reason(problem.code)
            return None, ""
    if not pointed.thing:
        return None, ""
    shapes = ground(session, case).shapes
    place = int(pointed.thing) if pointed.thing.isascii() and pointed.thing.isdigit() else -1
    if not 0 <= place < len(shapes):
        problems["thing"] = Reason("not_a_choice")
        return None, ""
    geometry = shapes[place]["geometry"]
    if geometry["type"] == "LineString":
        return {
            "type": "Point",
            "coordinates": geometry["coordinates"][len(geometry["coordinates"]) // 2],
        }, shapes[place]["name"]
    return geometry, shapes[place]["name"]


def _geometry(text: str) -> dict[str, Any]:
    if len(text) > MAX_GEOMETRY:
        raise GeometryUnreadable("too_many_corners")
    if text.startswith("{"):
        found = anchor.read_geometry(text)
        if found["type"] == "LineString":
            raise GeometryUnreadable("three_corners")
        return found
    places = []
    for line in filter(str.strip, text.splitlines()):
        pair = _PAIR.fullmatch(line)
        if pair is None:
            raise GeometryUnreadable("not_geojson")
        places.append((float(pair[2]), float(pair[1])))
    if len(places) == 1:
        return anchor.read_geometry(anchor.point(*places[0]))
    return anchor.read_geometry(anchor.area(places))


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
