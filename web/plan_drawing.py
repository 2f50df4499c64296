"""A plan's map as SVG: shapes and places in Web Mercator, so that a background of tiles fits under them.

Nothing is fetched to draw it; tiles are asked for by the reader's browser, and only when the municipality set them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

WIDTH, HEIGHT = 640.0, 420.0
MARGIN = 0.15
DEEPEST = 19
TILE = 256


@dataclass(frozen=True)
class Drawn:
    """A thing on the map: its name, its path in pixels, where its number stands; `place` is one pointed to."""

    name: str
    path: str
    kind: str
    x: float
    y: float
    place: bool


@dataclass(frozen=True)
class Drawing:
    """`left`, `top` and `zoom` turn a pixel into a place on Earth again; `tiles` are (address, x, y)."""

    shapes: tuple[Drawn, ...]
    tiles: tuple[tuple[str, float, float], ...]
    left: float
    top: float
    zoom: int
    width: float = WIDTH
    height: float = HEIGHT


def drawing(
    shapes: Sequence[dict[str, Any]], places: Iterable[tuple[str, dict[str, Any]]] = (), tiles: str = ""
) -> Drawing | None:
    """In: named shapes of the plan, (name, geometry) of places. Out: None when there is nothing to draw."""
    pointed = list(places)
    every = [xy for it in shapes for xy in _corners(it["geometry"])] + [
        xy for _name, it in pointed for xy in _corners(it)
    ]
    if not every:
        return None
    zoom = _zoom(every)
    flat = [_pixel(x, y, zoom) for x, y in every]
    wide = min(x for x, _ in flat), max(x for x, _ in flat)
    high = min(y for _, y in flat), max(y for _, y in flat)
    left, top = sum(wide) / 2 - WIDTH / 2, sum(high) / 2 - HEIGHT / 2
    drawn = [_drawn(it["name"], it["geometry"], zoom, left, top, place=False) for it in shapes]
    drawn += [_drawn(name, it, zoom, left, top, place=True) for name, it in pointed]
    return Drawing(tuple(drawn), tuple(_tiles(tiles, left, top, zoom)), round(left, 2), round(top, 2), zoom)


def tile_source(tiles: str) -> str:
    """What the page must allow pictures from, for its Content-Security-Policy; empty without a background."""
    parts = urlsplit(tiles)
    return f"https://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.hostname else ""


def _zoom(corners: list[tuple[float, float]]) -> int:
    for zoom in range(DEEPEST, 0, -1):
        flat = [_pixel(x, y, zoom) for x, y in corners]
        wide = max(x for x, _ in flat) - min(x for x, _ in flat)
        high = max(y for _, y in flat) - min(y for _, y in flat)
        if wide <= WIDTH * (1 - MARGIN) and high <= HEIGHT * (1 - MARGIN):
            return zoom
    return 0


def _pixel(longitude: float, latitude: float, zoom: int) -> tuple[float, float]:
    size = TILE * 2**zoom
    tilt = math.radians(max(-85.05, min(85.05, latitude)))
    return (longitude + 180) / 360 * size, (1 - math.asinh(math.tan(tilt)) / math.pi) / 2 * size


def _corners(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    inner = geometry["coordinates"]
    if geometry["type"] == "Point":
        return [(inner[0], inner[1])]
    return [(it[0], it[1]) for it in (inner[0] if geometry["type"] == "Polygon" else inner)]


def _drawn(name: str, geometry: dict[str, Any], zoom: int, left: float, top: float, *, place: bool) -> Drawn:
    flat = [(x - left, y - top) for x, y in (_pixel(*it, zoom) for it in _corners(geometry))]
    points = " L".join(f"{x:.1f} {y:.1f}" for x, y in flat)
    path = (
        "" if geometry["type"] == "Point" else f"M{points}" + ("Z" if geometry["type"] == "Polygon" else "")
    )
    x = sum(it[0] for it in flat) / len(flat)
    y = sum(it[1] for it in flat) / len(flat)
    return Drawn(name, path, geometry["type"], round(x, 1), round(y, 1), place)


def _tiles(address: str, left: float, top: float, zoom: int) -> Iterable[tuple[str, float, float]]:
    if not address:
        return
    for column in range(int(left // TILE), int((left + WIDTH) // TILE) + 1):
        for row in range(int(top // TILE), int((top + HEIGHT) // TILE) + 1):
            if 0 <= row < 2**zoom and 0 <= column < 2**zoom:
                filled = (
                    address.replace("{z}", str(zoom)).replace("{x}", str(column)).replace("{y}", str(row))
                )
                yield filled, round(column * TILE - left, 1), round(row * TILE - top, 1)
