"""The list of cases and the workbench: who may come in, what narrows the list, what a refusal keeps."""

from __future__ import annotations

import re

from tests.web.conftest import Visitor


def test_the_committee_does_not_come_to_the_cases(visitor: Visitor) -> None:
    visitor.sign_in("committee")
    assert visitor.get("/et/cases").status_code == 403
    assert visitor.post("/et/cases/dp-1/cancel", {"cancel_reason": "x"}).status_code == 403


def test_a_case_nobody_has_is_not_found_whatever_is_done_to_it(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    assert visitor.get("/et/cases/dp-1999-1").status_code == 404
    for deed in ("move", "interrupt", "cancel"):
        assert visitor.post(f"/et/cases/dp-1999-1/{deed}").status_code == 404


def test_a_past_deadline_and_a_missing_reason_are_told_and_what_was_typed_stays(
    demo_visitor: Visitor,
) -> None:
    demo_visitor.sign_in("planner")
    listed = demo_visitor.get("/et/cases?state=running")
    assert listed.status_code == 200
    numbers = set(re.findall(r'href="/et/cases/([a-z]+-[0-9-]+)"', listed.text))
    tried = 0
    for number in sorted(numbers):
        page = demo_visitor.get(f"/et/cases/{number}")
        assert page.status_code == 200
        sent = {"cancel_reason": "", "sure": "ei ole kindel"}
        refused = demo_visitor.post(f"/et/cases/{number}/cancel", sent)
        assert refused.status_code == 422
        assert "ei ole kindel" in refused.text
        waits = re.findall(r'name="wait" value="([^"]+)"', page.text)
        for wait in [*waits, *([""] if 'name="until"' in page.text and not waits else [])]:
            fields = {"wait": wait, "until": "2020-01-02", "reason": "Kirjutan põhjuse."}
            late = demo_visitor.post(f"/et/cases/{number}/move", fields)
            assert late.status_code == 422
            assert "Kirjutan põhjuse." in late.text
            tried += 1
    assert tried, "no running case of the demonstration has a day that can be moved"
