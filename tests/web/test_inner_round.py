"""An association's own round: its members draft behind a link they get by letter, one opinion leaves for all."""

from __future__ import annotations

import re

from notifications.sources import opened
from processes.anchor import Anchor
from processes.feedback import Feedback
from processes.inner_round import InnerDraft, MinorityView
from tests.web.case_desk import Desk, words


def test_an_associations_members_draft_and_one_opinion_leaves_with_a_minoritys_view(demo_visitor):
    desk = Desk(demo_visitor, "display_round/round_closes")
    asked = desk.invitation("Näidise Kogudus")
    token = desk.kaasa.links.of(asked)
    desk.visitor.sign_out()
    visit, here = desk.visitor, f"/en/i/{token}/round"
    invited = visit.get(f"/en/i/{token}").text
    assert "Your inner round" in invited
    document = re.search(r'<option value="([0-9a-f-]{36})"', invited)[1]
    lost = visit.post(
        f"/en/i/{token}", {"key": "p" * 24, "document": document, "page": "mitu", "text": "Meie sõna."}
    )
    assert lost.status_code == 422
    assert "page as a number" in words(lost.text)
    assert "Meie sõna." in lost.text
    told = {"key": "p" * 24, "document": document, "page": "2", "text": "Meie sõna."}
    assert visit.post(f"/en/i/{token}", told).status_code == 303
    assert [it.page for it in desk.rows(Anchor)] == [2]
    assert visit.post(here, {"question": "Kuidas?", "closes_on": "homme"}).status_code == 422
    assert visit.post(here, {"question": "Kuidas teie käite?"}).status_code == 303
    link = re.search(r"/en/m/([0-9a-f]{64})", visit.get(here).text)[1]
    assert visit.post(f"{here}/renew").status_code == 303
    assert visit.get(f"/en/m/{link}").status_code == 404  # a new link closes the earlier one
    link = re.search(r"/en/m/([0-9a-f]{64})", visit.get(here).text)[1]
    wrong = visit.post(f"{here}/members", {"addresses": "maie@selts.example\nmitte aadress"})
    assert wrong.status_code == 422
    assert "This is not an e-mail address: mitte aadress" in words(wrong.text)
    assert "maie@selts.example" in wrong.text
    members = {"addresses": "maie@selts.example\nToivo@selts.example\nmaie@selts.example\n"}
    for _again in range(2):
        assert visit.post(f"{here}/members", members).status_code == 303
    letters = desk.letters("inner_round")
    assert {it.recipient_address for it in letters} == {"maie@selts.example", "toivo@selts.example"}
    assert len(letters) == 2
    assert link in opened("", letters[0].content).text
    refused = visit.post(f"/en/m/{link}", {"key": "a" * 24, "member": "", "text": "Minu mustand."})
    assert refused.status_code == 422
    assert "Minu mustand." in refused.text
    drafts = {
        "a": ("Maie Mänd", "Peatus olgu madal."),
        "b": ("Toivo Teder", "Peatust ei ole vaja."),
        "c": ("Kolmas", "Müra."),
    }
    for key, (member, text) in drafts.items():
        sent = visit.post(f"/en/m/{link}", {"key": key * 24, "member": member, "text": text})
        assert sent.headers["location"].endswith(key * 24)
    visit.post(f"/en/m/{link}", {"key": "c" * 24, "member": "Kolmas", "text": "Müra, palun vähem."})
    assert "Müra, palun vähem." in visit.get(f"/en/m/{link}/{'c' * 24}").text
    assert visit.get(f"/en/m/{link}/{'x' * 24}").status_code == 404
    rows = {it.member: it.id for it in desk.rows(InnerDraft)}
    assert len(rows) == 3
    desk.become(desk.planner_id)  # before the release the municipality reads no draft
    assert all("Peatus olgu madal." not in desk.open(it) for it in ("opinions", "participants", "answers"))
    visit.sign_out()
    for member, what in (("Maie Mänd", "majority"), ("Toivo Teder", "minority"), ("Kolmas", "set_aside")):
        assert visit.post(f"{here}/use", {"draft": rows[member], "use": what}).status_code == 303
    assert visit.post(f"{here}/use", {"draft": rows["Kolmas"], "use": "burn"}).status_code == 422
    page = visit.get(here).text
    assert "Peatus olgu madal." in page.partition('name="text"')[2]
    given = {"key": "r" * 24, "text": "Koguduse ühine arvamus: peatus olgu madal."}
    assert visit.post(f"{here}/release", {**given, "text": " "}).status_code == 422
    for _again in range(2):
        assert visit.post(f"{here}/release", given).status_code == 303
    (said,) = desk.rows(Feedback, invitation_id=asked.id)
    assert said.text == given["text"]
    assert [(it.member, it.text) for it in desk.rows(MinorityView)] == [drafts["b"]]
    late = visit.post(f"/en/m/{link}", {"key": "d" * 24, "member": "Hiline", "text": "Jäin hiljaks."})
    assert late.status_code == 409
    assert "Jäin hiljaks." in late.text
    desk.become(desk.planner_id)
    seen = desk.open(f"opinions/{said.id}")
    assert "Peatust ei ole vaja." in seen
    assert "Müra, palun vähem." not in seen
