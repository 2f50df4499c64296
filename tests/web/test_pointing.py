"""Places an opinion points to: a thing of the map, a page, coordinates; without any script too."""

from __future__ import annotations

import re

import pytest

from processes.anchor import Anchor
from processes.feedback import Feedback
from processes.municipality import Municipality
from tests.web.case_desk import Desk, words

MAP = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"nimi": "Ristmik"}, "geometry": {"type": "Polygon",
  "coordinates": [[[26.71, 58.37], [26.72, 58.37], [26.72, 58.38], [26.71, 58.37]]]}},
 {"type": "Feature", "properties": {"nimi": "Peatus"}, "geometry": {"type": "Point", "coordinates": [26.715, 58.375]}}]}"""


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "answer_opinions")


def test_a_resident_points_to_a_thing_of_the_map_a_page_or_coordinates_without_any_script(demo_visitor):
    desk = Desk(demo_visitor, "display_round/round_closes")
    assert desk.send("map", {"shapes": "{"}).status_code == 422
    assert desk.send("map", {"shapes": MAP}).status_code == 303
    assert "Ristmik" in desk.open("map")
    desk.visitor.sign_out()
    page = desk.visitor.get(f"/en/case/{desk.number}/opinion").text
    assert "1. Ristmik" in page
    document = re.search(r'<option value="([0-9a-f-]{36})"', page)[1]
    given = {"key": "m" * 24, "author": "anonymous", "text": "Peatus olgu madalam.", "document": document, "page": "3",
             "paragraph": "§ 4", "thing": "1", "coordinates": "", "note": "pink"}  # fmt: skip
    for fields, sentence in (
        ({"coordinates": "58.3, 200"}, "not on Earth"),
        ({"coordinates": "58.37, 26.71\n58.38, 26.72"}, "three corners"),
        ({"coordinates": "seal kuuse all"}, "neither coordinates"),
        ({"page": "kolm"}, "page as a number"),
        ({"document": "x"}, "published documents"),
        ({"thing": "9"}, "choose one of the answers"),
    ):
        refused = desk.visitor.post(f"/en/case/{desk.number}/opinion", {**given, **fields})
        assert refused.status_code == 422, fields
        assert sentence in words(refused.text)
        assert "Peatus olgu madalam." in refused.text
    assert desk.visitor.post(f"/en/case/{desk.number}/opinion", given).status_code == 303
    desk.become(desk.planner_id)
    said = desk.rows(Feedback, submission_key="m" * 24)[0]
    kept = {it.kind: it for it in desk.rows(Anchor, feedback_id=said.id)}
    assert (kept["document"].page, kept["document"].paragraph) == (3, "§ 4")
    assert kept["document"].document_digest
    assert kept["point"].note == "Peatus: pink"
    here = desk.open(f"opinions/{said.id}/places")
    assert "page 3, § 4" in words(here)
    assert "<svg" in here
    area = "58.370, 26.710\n58.371, 26.711\n58.372, 26.709"
    assert desk.send(f"opinions/{said.id}/places", {"coordinates": area}).status_code == 303
    assert "3 places" in words(desk.open("map"))
    anchor = next(it for it in desk.rows(Anchor, feedback_id=said.id) if it.kind == "area")
    assert desk.send(f"opinions/{said.id}/places/remove", {"place": anchor.id}).status_code == 303
    assert "2 places" in words(desk.open("map"))


def test_a_background_is_asked_for_only_where_the_municipality_set_one_and_only_from_there(desk):
    desk.send("map", {"shapes": MAP})
    plain = desk.visitor.get(desk.path("map"))
    assert "<image" not in plain.text
    assert "tiles" not in plain.headers["content-security-policy"]
    desk.visitor.sign_in("administrator")
    tiles = "https://tiles.example/{z}/{x}/{y}.png"
    for bad in (
        "http://tiles.example/{z}/{x}/{y}",
        "https://tiles.example/",
        "https://a b/{z}{x}{y}",
        "javascript:{z}{x}{y}",
    ):
        refused = desk.visitor.post("/en/themes/settings", {"map_tiles": bad})
        assert refused.status_code == 422
        assert bad in refused.text
    assert (
        desk.visitor.post("/en/themes/settings", {"map_tiles": tiles, "two_approve": "true"}).status_code
        == 303
    )
    assert desk.rows(Municipality)[0].two_approve_answers
    desk.become(desk.planner_id)
    drawn = desk.visitor.get(desk.path("map"))
    assert "https://tiles.example/" in drawn.text
    assert "img-src 'self' https://tiles.example data:" in drawn.headers["content-security-policy"]
