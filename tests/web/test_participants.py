"""Participants of a case: whom to ask, what became of each, needs; bad input keeps what was typed."""

import re
from email import message_from_bytes, policy

import pytest

from processes.accommodation import Need
from processes.invitation import Invitation
from processes.meeting import Attendance
from processes.organisation import Organisation
from tests.web.case_desk import Desk, hidden, words

ANYONE = "Näidise Aleviku Selts"


@pytest.fixture
def inviting(demo_visitor):
    desk = Desk(demo_visitor, "check_application")
    today = desk.kaasa.clock.now().date().isoformat()
    desk.do("check_application", {"application": "proceed"})
    desk.do("assess_environment", {"environment": "not_needed", "reasons": "Mõju on väike."})
    decided = {"initiation": "initiate", "act": "nr 1", "decided_on": today, "reasons": "Sobib."}
    desk.do("decide_initiation", decided)
    return desk


@pytest.fixture
def meeting(demo_visitor):
    return Desk(demo_visitor, "public_discussion/meeting_over")


def test_the_step_of_inviting_shows_each_proposal_with_its_reason_and_sends_nothing(inviting):
    page = inviting.open("participants")
    assert "Whom do you ask?" in page
    assert "Olete selle piirkonna puuetega inimeste koda" in page
    assert inviting.letters("invitation") == []


def test_a_proof_goes_to_the_planners_own_address_and_invites_nobody(inviting):
    who = inviting.rows(Organisation, name="Näidise Vaimupuu")[0]
    said = inviting.done(inviting.send(f"participants/letter/{who.id}/proof"))
    proof = inviting.letters("proof")[0]
    assert proof.recipient_address in said
    assert proof.recipient_ref == f"person:{inviting.planner_id}"
    mail = message_from_bytes(proof.content, policy=policy.default)
    assert mail["Subject"].startswith("PROOV: ")
    assert [it.get_content_type() for it in mail.walk() if not it.is_multipart()] == [
        "text/plain",
        "text/html",
    ]
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith("See on proov.")
    assert "/own/proof" in text
    link = re.search(r"/et/i/[0-9a-f]+", text)[0]
    assert inviting.visitor.get(link).status_code == 404
    assert inviting.letters("invitation") == []
    assert inviting.rows(Invitation, consultation_id=inviting.id) == []


def test_the_previewed_letter_has_the_words_that_leave_and_is_not_sent(inviting):
    chosen = inviting.rows(Organisation, name="Näidise Vaimupuu")[0].id
    page = words(inviting.open(f"participants/letter/{chosen}"))
    body = inviting.visitor.get(inviting.path(f"participants/letter/{chosen}/body"))
    assert inviting.letters("invitation") == []
    assert inviting.rows(Invitation, consultation_id=inviting.id) == []
    assert "sandbox" in body.headers["content-security-policy"]
    sent = inviting.send(
        "participants/send", {"task": inviting.wait_id("invite_organisations"), "organisations": chosen}
    )
    inviting.visitor.follow(sent)
    letter = inviting.letters("invitation")[0]
    assert letter.language in {"et-easy", "et"}
    assert "exactly as it would leave" in page
    first = words(body.text)[:60]
    assert first in words(inviting.visitor.get(inviting.path(f"letters/{letter.id}/body")).text)


def test_whoever_is_ticked_is_asked_once_however_often_the_button_is_pressed(inviting):
    task = hidden(inviting.open("participants"), "task")
    chosen = [it.id for it in inviting.rows(Organisation) if it.name in (ANYONE, "Näidise Kogudus")]
    for _ in range(2):
        answer = inviting.send("participants/send", {"task": task, "organisations": chosen})
        assert answer.status_code == 303, answer.text
    assert len(inviting.letters("invitation")) == 2
    kept = inviting.rows(Invitation, consultation_id=inviting.id)
    assert {it.state for it in kept} == {"invited"}
    assert all(it.why for it in kept)
    page = words(inviting.open("participants?watch=1"))
    assert "0 of 2 invitations have left" in page
    assert "kept up to date" in page
    inviting.kaasa.loop.settle()
    assert "2 of 2 invitations have left" in words(inviting.open("participants/progress"))


def test_asking_nobody_takes_a_reason_and_keeps_the_page(inviting):
    task = hidden(inviting.open("participants"), "task")
    answer = inviting.send("participants/send", {"task": task})
    assert answer.status_code == 422
    assert "Choose at least one organisation" in words(answer.text)
    answer = inviting.send(
        "participants/send", {"task": task, "note": "Ühtki ühendust siin ei ole.", "key": "n" * 24}
    )
    assert answer.status_code == 303


def test_a_note_that_is_too_long_comes_back_with_every_tick(inviting):
    task = hidden(inviting.open("participants"), "task")
    one = inviting.rows(Organisation, name="Metsa Külaselts")[0].id
    answer = inviting.send("participants/send", {"task": task, "organisations": one, "note": "x" * 2001})
    assert answer.status_code == 422
    assert "too long" in answer.text
    assert f'value="{one}" checked' in answer.text
    assert inviting.letters("invitation") == []


def test_a_form_sent_after_the_step_closed_changes_nothing(inviting):
    task = hidden(inviting.open("participants"), "task")
    inviting.send("participants/send", {"task": task, "note": "Mitte kedagi."})
    one = inviting.rows(Organisation, name=ANYONE)[0].id
    answer = inviting.send("participants/send", {"task": task, "organisations": one, "key": "z" * 24})
    assert answer.status_code == 409
    assert inviting.letters("invitation") == []


def test_the_list_is_narrowed_by_state_and_name_in_the_address(meeting):
    page = meeting.open("participants?state=answered&q=Kurtide")
    assert "Näidise Kurtide Ühing" in page
    assert "Näidise Pimedate Ühing" not in page
    assert "1 organisation" in words(page)
    assert meeting.open("participants?state=nonsense&page=x")


def test_one_added_after_the_invitations_is_asked_at_once_and_has_a_seat(meeting):
    who = meeting.rows(Organisation, name="Metsa Külaselts")[0]
    answer = meeting.send(
        "participants/add", {"how": "known", "organisation": who.id, "why": "Küla on lähedal."}
    )
    assert "Metsa Külaselts is asked" in meeting.done(answer)
    asked = meeting.invitation("Metsa Külaselts")
    assert asked.state == "invited"
    assert asked.why == "Küla on lähedal."
    refs = {it.recipient_ref for it in meeting.letters("invitation") + meeting.letters("meeting")}
    assert f"invitation:{asked.id}" in refs
    assert [it.answer for it in meeting.rows(Attendance, invitation_id=asked.id)] == ["invited"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"how": "known"}, "Choose an organisation"),
        ({"how": "new", "name": ""}, "Please fill this in"),
        ({"how": "new", "name": "Uus selts", "email": "no"}, "Write a full e-mail address"),
        ({"how": "new", "name": "Näidise Kogudus", "email": ""}, "already in the registry"),
        ({"how": "new", "name": "x" * 121}, "too long"),
        ({"how": "new", "name": "Uus", "kind": "spy"}, "choose one of the answers"),
        ({"how": "new", "name": "Uus", "language": "fr"}, "choose one of the answers"),
    ],
)
def test_an_organisation_that_cannot_be_added_comes_back_as_typed(meeting, fields, sentence):
    filled = {"kind": "association", "language": "et", **fields}
    answer = meeting.send("participants/add", filled)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    if fields.get("name"):
        assert f'value="{fields["name"]}"' in answer.text


def test_a_new_organisation_enters_the_registry_and_is_asked_in_its_language(meeting):
    fields = {
        "how": "new",
        "name": "Новое общество",
        "kind": "association",
        "email": "uus@selts.example",
        "language": "ru",
    }
    assert "is asked" in meeting.done(meeting.send("participants/add", fields))
    asked = meeting.invitation("Новое общество")
    letter = next(it for it in meeting.letters("invitation") if it.recipient_ref == f"invitation:{asked.id}")
    assert letter.language == "ru"


def test_taking_one_back_tells_only_that_one_and_its_calendar(meeting):
    asked = meeting.invitation("Näidise Kurtide Ühing")
    answer = meeting.send(f"participants/{asked.id}/uninvite", {"reason": "Kutsutud ekslikult."})
    assert "no longer invited" in meeting.done(answer)
    letters = meeting.letters("uninvited")
    assert {it.recipient_ref for it in letters} == {f"invitation:{asked.id}"}
    assert all(
        b"METHOD:CANCEL" in it.content or b"method=CANCEL" in it.content.replace(b'"', b"") for it in letters
    )
    assert {it.answer for it in meeting.rows(Attendance, invitation_id=asked.id)} <= {
        "uninvited",
        "invited",
        "accepted",
    }
    page = meeting.visitor.get(f"/et/i/{meeting.kaasa.links.of(meeting.invitation('Näidise Kurtide Ühing'))}")
    assert page.status_code == 404
    again = meeting.send(f"participants/{asked.id}/uninvite", {"reason": "Veel kord."})
    assert again.status_code == 303
    assert len(meeting.letters("uninvited")) == len(letters)


def test_taking_one_back_needs_a_reason(meeting):
    asked = meeting.invitation("Näidise Kurtide Ühing")
    answer = meeting.send(f"participants/{asked.id}/uninvite", {"reason": " "})
    assert answer.status_code == 422
    assert meeting.invitation("Näidise Kurtide Ühing").state == "invited"


def test_one_taken_back_can_be_asked_again_with_a_link_that_opens(meeting):
    asked = meeting.invitation(ANYONE)
    meeting.send(f"participants/{asked.id}/uninvite", {"reason": "Viga."})
    meeting.send("participants/add", {"how": "known", "organisation": asked.organisation_id})
    again = meeting.invitation(ANYONE)
    assert again.state == "invited"
    assert again.link_version == asked.link_version + 1
    assert meeting.visitor.get(f"/et/i/{meeting.kaasa.links.of(again)}").status_code == 200


def test_a_new_link_goes_to_the_corrected_address_and_closes_the_old_one(meeting):
    asked = meeting.invitation(ANYONE)
    old = meeting.kaasa.links.of(asked)
    answer = meeting.send(f"participants/{asked.id}/renew", {"email": "oige@selts.example"})
    assert "new link is on its way" in meeting.done(answer)
    letter = max(
        (it for it in meeting.letters("invitation") if it.recipient_ref == f"invitation:{asked.id}"),
        key=lambda it: it.id,
    )
    assert letter.recipient_address == "oige@selts.example"
    assert meeting.visitor.get(f"/et/i/{old}").status_code == 404
    wrong = meeting.send(f"participants/{asked.id}/renew", {"email": "oige@"})
    assert wrong.status_code == 422
    assert 'value="oige@"' in wrong.text


def test_who_was_reached_otherwise_is_noted(meeting):
    asked = meeting.invitation(ANYONE)
    meeting.send(f"participants/{asked.id}/reached", {"reached": "helistasin 14. jaanuaril"})
    assert "helistasin 14. jaanuaril" in meeting.open("participants")
    assert meeting.send(f"participants/{asked.id}/reached", {"reached": "x" * 501}).status_code == 422


def test_a_letter_that_failed_is_seen_with_the_servers_words_and_counted(meeting):
    asked = next(
        it
        for it in meeting.rows(Invitation, consultation_id=meeting.id, purpose="opinion")
        if not it.answered_at and not it.opened_at
    )
    letter = next(it for it in meeting.letters("invitation") if it.recipient_ref == f"invitation:{asked.id}")
    meeting.change(letter, state="failed", answer="550 5.1.1 no such user")
    page = words(meeting.open("participants?state=unreached"))
    assert "1 organisation" in page
    assert "550 5.1.1 no such user" in page


def test_only_the_cases_planner_sees_who_needs_what(meeting):
    page = words(meeting.open("participants"))
    assert "sign-language interpreting" in page
    assert "order by" in page
    meeting.become(meeting.another_planner())
    other = meeting.open("participants").partition('id="needs"')[2]
    assert "Only the planner of this case sees" in words(other)
    assert "sign-language interpreting: 1" in words(other)
    assert "Kurtide" not in other
    need = meeting.rows(Need, consultation_id=meeting.id)[0]
    assert meeting.send(f"participants/needs/{need.id}", {"state": "booked"}).status_code == 403


def test_whoever_asked_is_told_what_was_arranged_or_why_it_cannot_be(meeting):
    need = next(it for it in meeting.rows(Need, consultation_id=meeting.id) if it.state == "asked")
    before = len(meeting.letters("need"))
    refused = meeting.send(f"participants/needs/{need.id}", {"state": "refused", "answer": ""})
    assert refused.status_code == 422
    assert "Write why it cannot be arranged" in refused.text
    assert len(meeting.letters("need")) == before
    for _ in range(2):
        booked = meeting.send(f"participants/needs/{need.id}", {"state": "booked", "answer": "On tellitud."})
        assert "Whoever asked for it is told" in meeting.done(booked)
    assert len(meeting.letters("need")) == before + 1


def test_an_order_nobody_needs_any_more_is_shown_and_taken_off(meeting):
    need = meeting.rows(Need, consultation_id=meeting.id, kind="SIGN")[0]
    meeting.change(need, state="withdrawn")
    assert "cancel the order" in meeting.open("participants")
    meeting.send(f"participants/needs/{need.id}", {"state": "cancelled"})
    assert meeting.rows(Need, consultation_id=meeting.id, kind="SIGN") == []


@pytest.mark.parametrize(
    "sub",
    [
        "participants",
        "opinions",
        "answers",
        "approvals",
        "meetings",
        "letters",
        "opinions/record",
        "participants/add",
    ],
)
def test_strangers_and_other_roles_are_kept_out(meeting, sub):
    meeting.visitor.sign_in("committee")
    assert meeting.visitor.get(meeting.path(sub)).status_code == 403
    meeting.visitor.sign_out()
    assert meeting.visitor.get(meeting.path(sub)).status_code == 303


@pytest.mark.parametrize(
    "sub",
    [
        "participants/x",
        "opinions/x",
        "answers/x",
        "meetings/x",
        "letters/x",
        "participants/letter/x",
        "meetings/x/door",
    ],
)
def test_what_is_not_in_this_case_is_not_found(meeting, sub):
    meeting.open(sub, 404)
    assert meeting.visitor.get(f"/en/cases/dp-1999-1/{sub.partition('/')[0]}").status_code == 404


def test_a_participant_of_another_case_cannot_be_touched_from_this_one(meeting):
    other = next(it for it in meeting.rows(Invitation) if it.consultation_id != meeting.id)
    assert meeting.send(f"participants/{other.id}/uninvite", {"reason": "x"}).status_code == 404
    assert meeting.visitor.get(meeting.path(f"participants/{other.id}")).status_code == 404
