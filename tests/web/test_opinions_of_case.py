"""Opinions of a case: found again, entered for their authors, decided when late."""

from datetime import timedelta

import pytest

from engine.clock import local_day
from notifications.sources import opened
from processes.document import Attachment
from processes.feedback import Feedback, FeedbackVersion
from processes.round import Round
from tests.web.case_desk import Desk, words

PDF = b"%PDF-1.7\nhello"


@pytest.fixture
def answering(demo_visitor):
    return Desk(demo_visitor, "answer_opinions")


@pytest.fixture
def display(demo_visitor):
    return Desk(demo_visitor, "display_round/round_closes")


def entry(desk, **fields):
    return {
        "channel": "paper",
        "received_on": local_day(desk.kaasa.clock.now()).isoformat(),
        "author": "person",
        "name": "Paber Paula",
        "email": "paula@post.example",
        "language": "et",
        "text": "Palun jätke pärnad alles.",
        **fields,
    }


def record(desk, files=None, **fields):
    return desk.send("opinions/record", entry(desk, **fields), files=files)


def newest(desk):
    return max(desk.rows(Feedback, consultation_id=desk.id), key=lambda it: it.id)


def test_the_list_is_narrowed_by_state_channel_theme_answer_and_words(answering):
    assert "13 opinions" in words(answering.open("opinions"))
    assert "1 opinion" in words(answering.open("opinions?state=late_waiting"))
    assert "Riina Rohi" in answering.open("opinions?channel=phone")
    assert "Kalju Kännuste" in answering.open("opinions?outcome=partly")
    assert "Elle Eeskuju" in answering.open("opinions?theme=puud")
    page = answering.open("opinions?q=pihlakas")
    assert "Elle Eeskuju" in page
    assert "Kalju Kännuste" not in page
    assert "No opinions here" in answering.open("opinions?q=%25%25")


def test_a_paper_opinion_is_kept_for_its_author_who_gets_the_number(display):
    done = display.done(record(display, may_publish="true"))
    kept = newest(display)
    assert f"entered under the number {kept.receipt}" in done
    assert (kept.channel, kept.state, kept.entered_by) == ("paper", "received", display.planner_id)
    assert kept.round_id is not None
    letter = next(it for it in display.letters("receipt") if it.recipient_address == "paula@post.example")
    assert kept.receipt in opened("", letter.content).text
    assert "/confirm/" in opened("", letter.content).text


def test_the_same_entry_sent_twice_is_one_opinion(display):
    first, second = record(display), record(display)
    assert first.headers["location"] == second.headers["location"]


def test_an_entry_without_an_address_says_that_the_answer_goes_by_post(display):
    record(display, email="", address="Kase 3, Näidisküla")
    assert "send the answer by post" in display.open(f"opinions/{newest(display).id}")


def test_an_entry_for_an_invited_organisation_counts_as_its_answer(display):
    asked = display.invitation("Näidise Kogudus")
    record(display, author="organisation", invitation=asked.id, name="", email="")
    kept = newest(display)
    assert (kept.author_name, kept.invitation_id) == ("Näidise Kogudus", asked.id)
    assert display.invitation("Näidise Kogudus").answered_at is not None


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"channel": ""}, "channel", "Choose how the opinion came"),
        ({"channel": "pigeon"}, "channel", "Choose how the opinion came"),
        ({"received_on": "eile"}, "received_on", "Write a date"),
        ({"received_on": "2999-01-01"}, "received_on", "not come yet"),
        ({"received_on": "1999-01-01"}, "received_on", "cannot have happened earlier"),
        ({"author": "ghost"}, "author", "choose one of the answers"),
        ({"name": ""}, "name", "Please fill this in"),
        ({"email": "paula(at)post"}, "email", "full e-mail address"),
        ({"email": ""}, "email", "at least one of e-mail, phone and postal address"),
        ({"text": ""}, "text", "Write your opinion or add a file"),
        ({"text": "x" * 20_001}, "text", "too long"),
        ({"channel": "phone"}, "read_back", "Read the opinion back"),
        ({"channel": "in_person"}, "read_back", "Read the opinion back"),
        ({"language": "xx"}, "language", "choose one of the answers"),
        ({"author": "organisation", "invitation": "x"}, "invitation", "choose one of the answers"),
    ],
)
def test_an_entry_that_cannot_be_taken_comes_back_with_everything_typed(display, fields, field, sentence):
    before = len(display.rows(Feedback))
    refused = record(display, **fields)
    assert refused.status_code == 422
    assert sentence in words(refused.text)
    assert f'href="#{field}"' in refused.text
    if "name" not in fields:
        assert 'value="Paber Paula"' in refused.text
    assert len(display.rows(Feedback)) == before


def test_a_file_that_is_not_what_it_says_is_refused_by_name(display):
    refused = record(display, files=[("files", ("kiri.pdf", b"MZ not a pdf", "application/pdf"))])
    assert refused.status_code == 422
    assert "kiri.pdf" in refused.text


def test_an_attachment_is_only_ever_downloaded_and_only_by_officials(display):
    record(display, files=[("files", ('a"b.pdf', PDF, "text/html"))])
    kept = newest(display)
    file = display.rows(Attachment, feedback_id=kept.id)[0]
    got = display.visitor.get(display.path(f"opinions/{kept.id}/file/{file.id}"))
    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert display.visitor.get(display.path(f"opinions/{kept.id}/file/x")).status_code == 404
    display.visitor.sign_out()
    assert display.visitor.get(display.path(f"opinions/{kept.id}/file/{file.id}")).status_code == 303


def test_a_letter_that_arrived_in_time_but_was_entered_later_is_in_time(answering):
    closed = max(answering.rows(Round, consultation_id=answering.id, phase="display"), key=lambda it: it.id)
    record(answering, received_on=local_day(closed.closes_at).isoformat())
    assert newest(answering).state == "received"


def test_one_that_arrived_after_the_last_day_needs_its_reason_and_waits_for_a_decision(answering):
    closed = max(answering.rows(Round, consultation_id=answering.id, phase="display"), key=lambda it: it.id)
    day = (local_day(closed.closes_at) + timedelta(days=1)).isoformat()
    refused = record(answering, received_on=day)
    assert refused.status_code == 422
    assert "Write why the opinion is late" in words(refused.text)
    record(answering, received_on=day, late_reason="Olin haiglas.")
    kept = newest(answering)
    assert (kept.state, kept.late_reason) == ("late_waiting", "Olin haiglas.")


def test_a_late_opinion_is_decided_with_a_reason_and_the_decision_may_change(answering):
    late = answering.rows(Feedback, consultation_id=answering.id, state="late_waiting")[0]
    for fields in ({"decision": "accept"}, {"reason": "Jah."}, {"decision": "burn", "reason": "Ei."}):
        assert answering.send(f"opinions/{late.id}/late", fields).status_code == 422
    accepted = {"decision": "accept", "reason": "Oli haiglas."}
    assert answering.send(f"opinions/{late.id}/late", accepted).status_code == 303
    kept = answering.rows(Feedback, id=late.id)[0]
    assert (kept.state, kept.late_decision, kept.late_reason) == (
        "late_accepted",
        "Oli haiglas.",
        late.late_reason,
    )
    answering.send(f"opinions/{late.id}/late", {"decision": "record", "reason": "Siiski mitte."})
    assert answering.rows(Feedback, id=late.id)[0].state == "late_recorded"
    timely = answering.rows(Feedback, consultation_id=answering.id, state="received")[0]
    assert answering.send(f"opinions/{timely.id}/late", accepted).status_code == 409


def test_what_was_received_is_shown_in_every_version_and_never_changed_here(display):
    said = next(it for it in display.rows(Feedback, consultation_id=display.id) if it.version == 1)
    first = display.rows(FeedbackVersion, feedback_id=said.id)[0]
    display.change(said, version=2, text="Uued sõnad.")
    second = {"feedback_id": said.id, "version": 2, "text": "Uued sõnad."}
    row = FeedbackVersion(municipality_id="9999", written_at=said.received_at, **second)
    display.kaasa.database.transaction(lambda s: s.add(row))
    page = words(display.open(f"opinions/{said.id}"))
    assert "Uued sõnad." in page
    assert first.text[:40] in page
    display.send(f"opinions/{said.id}/theme", {"theme": "pingid"})
    assert [it.text for it in display.rows(FeedbackVersion, feedback_id=said.id)] == [
        first.text,
        "Uued sõnad.",
    ]


def test_the_form_for_entering_opens_with_today(display):
    today = local_day(display.kaasa.clock.now()).isoformat()
    assert f'type="date" value="{today}"' in display.open("opinions/record")
