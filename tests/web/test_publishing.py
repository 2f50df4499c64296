"""An opinion on its way to the public page: consent first, two officials, marks, drawn files, and back at once."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from PIL import Image, PngImagePlugin

from engine.clock import local_day
from processes.feedback import Feedback
from processes.person import Person, Role
from processes.publication import FileCopy, Publication
from processes.rendered import render
from tests.web.case_desk import Desk, words

SECRET = b"Salajane Sander"


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "display_round/round_closes")


def enter(desk, text, files=None, **more):
    fields = {
        "channel": "paper", "received_on": local_day(desk.kaasa.clock.now()).isoformat(), "author": "person",
        "name": "Paber Paula", "email": "paula@post.example", "language": "et", "text": text,
        "may_publish": "true", **more,
    }  # fmt: skip
    desk.send("opinions/record", fields, files=files)
    return max(desk.rows(Feedback, consultation_id=desk.id), key=lambda it: it.id)


def prepare(desk, said, text, **more):
    return desk.send(f"publishing/{said.id}", {"text": text, "reason": "personal", "seen": "0", **more})


def public(desk):
    return desk.visitor.get(f"/et/case/{desk.number}").text


def picture() -> bytes:
    made, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Author", SECRET.decode())
    Image.new("RGB", (60, 40), "teal").save(made, "PNG", pnginfo=told)
    return made.getvalue()


def test_one_prepares_and_another_lets_out_and_anyone_takes_back_at_once(desk):
    said = enter(desk, "Mina, Paber Paula, tahan pinki.")
    done = desk.done(prepare(desk, said, "Mina tahan pinki."))
    assert "waits for another official" in done
    assert "Mina tahan pinki." not in public(desk)
    refused = desk.send(f"publishing/{said.id}/out", {"seen": "1"})
    assert refused.status_code == 422
    assert "prepared this copy yourself" in words(refused.text)
    desk.become(desk.another_planner())
    assert "Opinions to look at before they are public: 1" in words(desk.visitor.get("/en/desk").text)
    page = words(desk.open(f"publishing/{said.id}"))
    assert "taken out: , Paber Paula," in page
    assert "is on the public page" in desk.done(desk.send(f"publishing/{said.id}/out", {"seen": "1"}))
    assert "Mina tahan pinki." in public(desk)
    assert "Paber Paula" not in public(desk)
    desk.send(f"publishing/{said.id}/hide", {"why": "Autor helistas."})
    assert "Mina tahan pinki." not in public(desk)
    assert desk.rows(Feedback, id=said.id)[0].text == "Mina, Paber Paula, tahan pinki."
    made = desk.rows(Publication, feedback_id=said.id)[0]
    assert (made.state, made.taken_why, made.prepared_by != made.decided_by) == (
        "taken_back",
        "Autor helistas.",
        True,
    )


def test_without_consent_nothing_can_be_prepared(desk):
    said = enter(desk, "Tahan pinki.", may_publish="")
    assert "has not agreed" in words(desk.open(f"publishing/{said.id}"))
    refused = prepare(desk, said, "Tahan pinki.")
    assert refused.status_code == 422
    assert "has not agreed" in words(refused.text)


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        ("", "text", "Please fill this in"),
        ("Isikukood 38001085718.", "text", "personal identification code"),
        ("Kirjuta paula@post.example", "text", "e-mail address or a phone number"),
        ("Helista 5123 4567", "text", "e-mail address or a phone number"),
        ("Paber Paula tahab pinki.", "text", "author's name"),
        ("Naaber Jaan Kask on pime.", "kept", "Places are still marked in the text: 3"),
    ],
)
def test_what_still_gives_somebody_away_comes_back_with_the_reason_beside_it(desk, text, field, sentence):
    said = enter(desk, "Mina, Paber Paula, tahan pinki.")
    refused = prepare(desk, said, text)
    assert refused.status_code == 422
    assert sentence in words(refused.text).replace("&#39;", "'")
    assert f'id="{field}-error"' in refused.text
    assert text in refused.text


def test_the_proposal_leaves_out_what_is_certain_and_marks_the_rest(desk):
    said = enter(desk, "Paber Paula, 38001085718, tel 5123 4567. Naaber on kurt.")
    page = desk.open(f"publishing/{said.id}")
    assert "\n[…] […], […], tel […]. Naaber on kurt.</textarea>" in page
    told = words(page)
    assert "personal code (1), phone number (1), author&#39;s name (2), health (1), someone near (1)" in told


def test_marked_words_may_stay_for_a_reason_and_a_copy_can_be_sent_back(desk):
    said = enter(desk, "Kase tn 5 ees on vaja pinki.")
    prepare(desk, said, "Kase tn 5 ees on vaja pinki.", kept="Planeeritava ala aadress.")
    desk.become(desk.another_planner())
    assert desk.send(f"publishing/{said.id}/back", {"seen": "1", "note": ""}).status_code == 422
    desk.send(f"publishing/{said.id}/back", {"seen": "1", "note": "Võta number välja."})
    assert "Võta number välja." in desk.open(f"publishing/{said.id}")
    assert desk.send(f"publishing/{said.id}/out", {"seen": "1"}).status_code == 409


def test_two_officials_who_prepare_one_copy_see_both_and_lose_neither(desk):
    said = enter(desk, "Tahan pinki.")
    prepare(desk, said, "Tahan pinki.")
    desk.become(desk.another_planner())
    late = prepare(desk, said, "Tahan väga pinki.")
    assert late.status_code == 409
    assert "Tahan väga pinki.</textarea>" in late.text
    assert "As everyone would read it" in words(late.text).partition("Tahan väga")[0]
    assert [it.text for it in desk.rows(Publication, feedback_id=said.id)] == ["Tahan pinki."]
    assert prepare(desk, said, "Tahan väga pinki.", seen="1").status_code == 303
    states = {it.text: it.state for it in desk.rows(Publication, feedback_id=said.id)}
    assert states == {"Tahan pinki.": "replaced", "Tahan väga pinki.": "prepared"}


def test_a_file_is_shown_only_as_pictures_of_its_pages_with_words_for_them(desk):
    said = enter(desk, "Vaata pilti.", files=[("files", ("foto.png", picture(), "image/png"))])
    attachment = desk.open(f"publishing/{said.id}").split('name="file-')[1].split('"')[0]
    chosen = {f"file-{attachment}": "true", f"told-{attachment}": ""}
    assert "Write in words what the pages show" in words(prepare(desk, said, "Vaata pilti.", **chosen).text)
    prepare(desk, said, "Vaata pilti.", **chosen | {f"told-{attachment}": "Pargi pink."})
    copy = desk.rows(FileCopy)[-1]
    there = f"/et/case/{desk.number}/copy/{copy.id}"
    assert desk.visitor.get(there).status_code == 404
    desk.become(desk.another_planner())
    drawn = desk.visitor.get(desk.path(f"publishing/{said.id}/copy/{copy.id}")).content
    assert drawn.startswith(b"%PDF")
    assert SECRET not in drawn
    desk.send(f"publishing/{said.id}/out", {"seen": "1"})
    assert "Pargi pink." in public(desk)
    assert desk.visitor.get(there).content == drawn
    desk.send(f"publishing/{said.id}/hide")
    assert desk.visitor.get(there).status_code == 404


def test_an_author_takes_consent_back_after_the_last_day_and_it_is_hidden_at_once(desk):
    said = enter(desk, "Tahan pinki.")
    prepare(desk, said, "Tahan pinki.")
    desk.become(desk.another_planner())
    desk.send(f"publishing/{said.id}/out", {"seen": "1"})
    desk.kaasa.clock.move_to(desk.kaasa.clock.now() + timedelta(days=60))
    token = "t" * 43
    desk.change(desk.rows(Feedback, id=said.id)[0], confirm_digest=desk.kaasa.links.digest(token))
    assert "Do not show my opinion to everyone" in words(desk.visitor.get(f"/en/confirm/{token}").text)
    desk.visitor.post(f"/en/confirm/{token}/hide", {})
    assert "Tahan pinki." not in public(desk)
    assert desk.rows(Publication, feedback_id=said.id)[0].state == "taken_back"


def test_the_only_planner_of_a_municipality_reads_twice(desk):
    said = enter(desk, "Tahan pinki.")
    desk.change(desk.rows(Person, id=desk.another_planner())[0], active=False)
    prepare(desk, said, "Tahan pinki.")
    assert "read the copy once more" in words(desk.open(f"publishing/{said.id}"))
    assert "is on the public page" in desk.done(desk.send(f"publishing/{said.id}/out", {"seen": "1"}))


def test_the_list_tells_how_far_each_opinion_is(desk):
    said = enter(desk, "Tahan pinki.")
    assert said.receipt in desk.open("publishing")
    prepare(desk, said, "Tahan pinki.")
    assert said.receipt in desk.open("publishing?state=waiting")
    assert desk.rows(Role, role="planner")


def test_a_pdf_keeps_its_pages_and_loses_its_words():
    made = io.BytesIO()
    Image.new("RGB", (100, 60), "white").save(
        made, "PDF", save_all=True, append_images=[Image.new("RGB", (60, 100))], title=SECRET.decode()
    )
    drawn = render(made.getvalue(), "application/pdf")
    assert (drawn.pages, SECRET in drawn.content) == (2, False)
    assert len(pypdfium2.PdfDocument(drawn.content)) == 2
