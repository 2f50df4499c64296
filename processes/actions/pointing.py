"""Reading where a form points: a document's page, a named thing of the plan, coordinates people type or GeoJSON."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session, col, select

from processes import anchor, municipality
from processes.actions.giving import check_length, clean, one_line
from processes.anchor import AREA, DOCUMENT, POINT, Anchor, GeometryUnreadable, PlanMap
from processes.consultation import Consultation, get
from processes.document import Document
from processes.errors import Reason
from processes.feedback import Feedback
from processes.invitation import Links

MAX_NOTE = 300
MAX_GEOMETRY = 20_000

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
class Ground:
    """What can be pointed to: published documents, the named things of the map, and the map's background."""

    documents: tuple[tuple[str, str], ...]
    shapes: tuple[dict[str, Any], ...]
    tiles: str


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


def ground_of_link(session: Session, municipality_id: str, token: str, *, links: Links) -> Ground:
    """What an invited organisation's opinion can point to. Errors: LinkNotValid."""
    asked = links.find(session, municipality_id, token)
    return ground(session, get(session, municipality_id, asked.consultation_id))


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
