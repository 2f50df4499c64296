"""Role by route: every door is listed, and opens to those it is listed for."""

from __future__ import annotations

import re

import pytest
from litestar.routes import HTTPRoute

from tests.web.conftest import CAST, Visitor
from tests.web.matrix import ANYONE, MATRIX

READING = {"GET", "HEAD"}


def doors(visitor: Visitor) -> set[tuple[str, str]]:
    return {
        (method, route.path_format if "{" not in route.path else route.path)
        for route in visitor.client.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


def test_every_route_is_in_the_matrix_and_nothing_else(visitor: Visitor) -> None:
    there = doors(visitor)
    assert there - MATRIX.keys() == set(), "add these to tests/web/matrix.py"
    assert MATRIX.keys() - there == set(), "these are gone; take them out of tests/web/matrix.py"


def address(path: str) -> str:
    """An address that fits a route, with ids nobody has."""
    return re.sub(r"\{[^}]+\}", "none", path.replace("{lang:str}", "et"))


@pytest.mark.parametrize(("method", "path"), sorted(MATRIX))
def test_a_door_is_closed_to_whoever_it_is_not_for(visitor: Visitor, method: str, path: str) -> None:
    allowed = MATRIX[method, path]
    send = visitor.get if method in READING else visitor.post
    for role in ["", *CAST]:
        visitor.sign_out()
        if role:
            visitor.sign_in(role)
        answer = send(address(path))
        led_away = answer.status_code == 303 and "/sign-in?next=" in answer.headers["location"]
        assert answer.status_code < 500, f"{method} {path} as {role or 'nobody'}: {answer.status_code}"
        if allowed == ANYONE or role in allowed:
            assert not led_away, f"{method} {path} sends {role or 'nobody'} to sign-in"
            assert answer.status_code != 403, f"{method} {path} refuses {role or 'nobody'}"
        elif role:
            assert answer.status_code == 403, f"{method} {path} lets {role} in: {answer.status_code}"
        else:
            assert led_away, f"{method} {path} lets nobody in particular in: {answer.status_code}"
