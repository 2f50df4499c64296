"""Where in the plan an opinion points: a page or paragraph of a document, a point or an area on the map.

A place on the map is GeoJSON in WGS 84 (RFC 7946: longitude first); metres of the national grid, in which plans are
drawn, are counted into degrees as they are read. What is kept has been read and written again,
so nothing but known geometry is ever stored or drawn.
"""

import math
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, Index, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes import national_grid
from processes.database import Row, belongs_to

DOCUMENT, POINT, AREA = "document", "point", "area"
MOST_CORNERS = 200
MOST_SHAPES = 200
LONGEST = 400_000

Ring = list[tuple[float, float]]


class GeometryUnreadable(ValueError):  # noqa: N818  it is what happened, as every error of the house
    """The text is no place we can draw; `code` is the reason a form shows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Anchor(Row, table=True):
    """One place an opinion points to. `document_version` and `document_digest` are of the day it was pointed at."""

    __table_args__ = (belongs_to("feedback"), Index("ix_anchor_feedback", "municipality_id", "feedback_id"))

    feedback_id: str
    kind: str
    document_id: str = ""
    document_version: int | None = None
    document_digest: str = ""
    page: int | None = None
    paragraph: str = ""
    geometry: str = Field(default="", sa_column=Column(Text, nullable=False))
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    added_at: datetime = Field(sa_type=UtcDateTime)


class PlanMap(Row, table=True):
    """The outline of a plan and the named things on it. Its `id` is the consultation's."""

    __tablename__ = "plan_map"
    __table_args__ = (belongs_to("consultation", "id"),)

    shapes: str = Field(sa_column=Column(Text, nullable=False))
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


def point(longitude: float, latitude: float) -> str:
    """A point as GeoJSON. Errors: GeometryUnreadable for a place not on Earth."""
    return orjson.dumps({"type": "Point", "coordinates": _place([longitude, latitude])}).decode()


def area(corners: Ring) -> str:
    """An area as GeoJSON, its ring closed. Errors: GeometryUnreadable for fewer than three corners."""
    return orjson.dumps({"type": "Polygon", "coordinates": [_ring(list(map(list, corners)))]}).decode()


def read_geometry(text: str) -> dict[str, Any]:
    """A point, line or polygon out of GeoJSON, nothing else of it kept. Errors: GeometryUnreadable."""
    try:
        loaded = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise GeometryUnreadable("not_geojson") from problem
    return _geometry(loaded)


def read_shapes(text: str) -> list[dict[str, Any]]:
    """A plan's map out of GeoJSON: a list of {name, geometry}. Errors: GeometryUnreadable."""
    if len(text) > LONGEST:
        raise GeometryUnreadable("too_many_shapes")
    try:
        loaded = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise GeometryUnreadable("not_geojson") from problem
    if not isinstance(loaded, dict):
        raise GeometryUnreadable("not_geojson")
    features = loaded.get("features") if loaded.get("type") == "FeatureCollection" else [loaded]
    if not isinstance(features, list) or not 0 < len(features) <= MOST_SHAPES:
        raise GeometryUnreadable(
            "too_many_shapes" if isinstance(features, list) and features else "not_geojson"
        )
    found = []
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict):
            raise GeometryUnreadable("not_geojson")
        own = feature.get("properties")
        properties: dict[str, Any] = own if isinstance(own, dict) else {}
        inner = feature.get("geometry") if feature.get("type") == "Feature" else feature
        name = next(
            (properties[it] for it in ("nimi", "name", "title") if isinstance(properties.get(it), str)), ""
        )
        found.append({"name": " ".join(str(name).split())[:120] or str(number), "geometry": _geometry(inner)})
    return found


def corners(geometry: dict[str, Any]) -> Ring:
    """Every place a geometry is drawn through, in its order."""
    kind, inner = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        return [(inner[0], inner[1])]
    return [(x, y) for x, y in (inner[0] if kind == "Polygon" else inner)]


def _geometry(loaded: Any) -> dict[str, Any]:
    if not isinstance(loaded, dict):
        raise GeometryUnreadable("not_geojson")
    kind, inner = loaded.get("type"), loaded.get("coordinates")
    if kind == "Point":
        return {"type": kind, "coordinates": _place(inner)}
    if kind == "LineString" and isinstance(inner, list) and 2 <= len(inner) <= MOST_CORNERS:
        return {"type": kind, "coordinates": [_place(it) for it in inner]}
    if kind == "Polygon" and isinstance(inner, list) and inner:
        return {"type": kind, "coordinates": [_ring(inner[0])]}
    raise GeometryUnreadable("not_geojson")


def _ring(inner: Any) -> list[list[float]]:
    if not isinstance(inner, list) or len(inner) > MOST_CORNERS + 1:
        raise GeometryUnreadable("too_many_corners" if isinstance(inner, list) else "not_geojson")
    places = [_place(it) for it in inner]
    if places and places[0] == places[-1]:
        places.pop()
    if len({tuple(it) for it in places}) < 3:
        raise GeometryUnreadable("three_corners")
    return [*places, places[0]]


def _place(inner: Any) -> list[float]:
    if not isinstance(inner, list) or len(inner) < 2:
        raise GeometryUnreadable("not_geojson")
    x, y = inner[0], inner[1]
    if (
        isinstance(x, bool)
        or isinstance(y, bool)
        or not isinstance(x, int | float)
        or not isinstance(y, int | float)
    ):
        raise GeometryUnreadable("not_geojson")
    if national_grid.is_grid(x, y):
        x, y = national_grid.to_degrees(x, y)
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
        raise GeometryUnreadable("not_on_earth")
    return [round(float(x), 6), round(float(y), 6)]
