"""Role by route: every door is listed, and opens to those it is listed for."""

from __future__ import annotations

import re

import pytest
from litestar.routes import HTTPRoute

from tests.web.conftest import CAST, Visitor
from tests.web.matrix import ANYONE, DOORS, MATRIX


def doors(visitor: Visitor) -> set[str]:
    return {
        f"{method} {re.sub(r':[a-z]+}', '}', route.path)}"
        for route in visitor.client.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


def test_every_route_is_in_the_matrix_and_nothing_else(visitor: Visitor) -> None:
    there = doors(visitor)
    assert sorted(there - MATRIX.keys()) == [], "add these to tests/web/matrix.py"
    assert sorted(MATRIX.keys() - there) == [], "these are gone; take them out of tests/web/matrix.py"


def test_no_door_is_listed_twice() -> None:
    assert len({door for _who, door in DOORS}) == len(DOORS)


@pytest.mark.parametrize("door", sorted(MATRIX))
def test_a_door_is_closed_to_whoever_it_is_not_for(visitor: Visitor, door: str) -> None:
    allowed = MATRIX[door]
    method, path = door.split(" ")
    address = re.sub(r"\{[^}]+\}", "none", path.replace("{lang}", "et"))  # ids nobody has
    send = visitor.get if method == "GET" else visitor.post
    for role in ["", *CAST]:
        visitor.sign_out()
        if role:
            visitor.sign_in(role)
        answer = send(address)
        led_away = answer.status_code == 303 and "/sign-in?next=" in answer.headers["location"]
        assert answer.status_code < 500, f"{door} as {role or 'nobody'}: {answer.status_code}"
        if allowed == ANYONE or role in allowed:
            assert not led_away, f"{door} sends {role or 'nobody'} to sign-in"
            assert answer.status_code != 403, f"{door} refuses {role or 'nobody'}"
        elif role:
            assert answer.status_code == 403, f"{door} lets {role} in: {answer.status_code}"
        else:
            assert led_away, f"{door} lets nobody in particular in: {answer.status_code}"
