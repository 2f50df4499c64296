"""The fields by which a form points to a place in the plan, and the drawing beside them."""

from __future__ import annotations

from typing import Any

from litestar import Response

from processes.actions.pointing import Ground, Pointed
from web.forms import SentForm
from web.plan_drawing import Drawing, drawing, tile_source

FIELDS = ("document", "page", "paragraph", "thing", "coordinates", "note")


def typed(form: SentForm) -> dict[str, str]:
    """What was typed, to show again."""
    return {name: form.text(name) for name in FIELDS}


def pointed(form: SentForm) -> Pointed:
    """What the form points to."""
    return Pointed(**typed(form))


def drawn(ground: Ground, places: list[tuple[str, dict[str, Any]]] | None = None) -> Drawing | None:
    """The plan with its places."""
    return drawing(ground.shapes, places or [], ground.tiles)


def with_tiles(answer: Response[str], tiles: str) -> Response[str]:
    """Let a page ask for the pictures of its map's background, from that one address."""
    if source := tile_source(tiles):
        policy = answer.headers["Content-Security-Policy"]
        answer.headers["Content-Security-Policy"] = policy.replace(
            "img-src 'self'", f"img-src 'self' {source}"
        )
    return answer
