"""A place is pointed at on the plan's map by keyboard and by pressing. The rest of assessing is walked in test_story."""

from __future__ import annotations

import sqlite3

from tests.browser.pages import PageFor, Server, sign_in
from tests.end_to_end.assessor import MAP


def number_of(server: Server, element: str) -> str:
    """The number of a case that waits at a step."""
    with sqlite3.connect(server.folder / "kaasa.db") as connection:
        query = (
            "select c.number from consultation c join engine_wait w on w.instance_id = c.instance_id "
            "where w.element like ? order by c.number"
        )
        return str(connection.execute(query, [f"%{element}"]).fetchone()[0])


def test_a_place_is_pointed_at_with_the_keyboard_and_by_pressing_the_map(
    server: Server, page_for: PageFor
) -> None:
    page, number = page_for(), number_of(server, "display_round/round_closes")
    sign_in(page, server, "planner", f"/et/cases/{number}/map")
    page.locator("#shapes").fill(MAP)
    page.get_by_role("button", name="Salvesta kaart").click()
    page.goto(f"{server.url}/et/case/{number}/opinion")
    page.locator("details", has=page.locator("#coordinates")).locator("summary").click()
    field, drawn = page.locator("#coordinates"), page.locator("svg[data-map]")
    drawn.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    north, east = map(float, field.input_value().split(", "))
    assert 58.36 < north < 58.38
    assert 26.70 < east < 26.73
    drawn.click(position={"x": 40, "y": 40})
    assert len(field.input_value().splitlines()) == 2
