"""Meetings of a case: a move is one entry moving in everyone's calendar, a cancelled one leaves it."""

from datetime import timedelta

import pytest

from engine.clock import local_day
from engine.wait import Wait
from notifications import clients
from processes.accommodation import Need
from processes.inbound import IncomingMail
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from tests.processes.test_inbound_after import change_calendar
from tests.web.case_desk import Desk, words
from tests.web.conftest import found
from web.dates import iso


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "public_discussion/meeting_over")


def ahead(desk):
    return next(it for it in desk.rows(Meeting, consultation_id=desk.id) if it.state == "planned")


def form(row, **fields):
    known = {
        "starts_at": iso(row.starts_at),
        "ends_at": iso(row.ends_at),
        "place": row.place,
        "access": row.access,
    }
    return {**known, "url": row.url, "reason": "Saal on remondis.", **fields}


def later(row, days):
    shift = timedelta(days=days)
    return {"starts_at": iso(row.starts_at + shift), "ends_at": iso(row.ends_at + shift)}


def test_the_page_counts_who_comes_and_what_is_needed(desk):
    page = words(desk.open("meetings"))
    assert "coming: 2" in page
    assert "maybe: 1" in page
    assert "sign-language interpreting: 1" in page


def test_the_door_list_says_who_comes_but_not_who_needs_what(desk):
    page = words(desk.open(f"meetings/{ahead(desk).id}/door"))
    assert "Näidise Kurtide Ühing coming" in page
    assert "Näidise Pensionäride Ühendus" not in page
    assert "Somebody comes to work here, let them in: sign-language interpreters" in page
    assert "Came without answering" in page


def test_a_moved_meeting_is_the_same_entry_with_a_higher_version_for_everyone(desk):
    row, told = ahead(desk), len(desk.letters("meeting_moved"))
    moved = desk.send(f"meetings/{row.id}/move", form(row, place="Raamatukogu", **later(row, 7)))
    assert "changed and everyone is told" in desk.done(moved)
    kept = ahead(desk)
    assert (kept.uid, kept.sequence, kept.place) == (row.uid, row.sequence + 1, "Raamatukogu")
    letters = desk.letters("meeting_moved")[told:]
    assert len(letters) == len(desk.letters("meeting"))
    content = letters[0].content.replace(b"=\r\n", b"")
    assert b"METHOD" in content.upper()
    timer = next(
        it for it in desk.rows(Wait, instance_id=desk.instance_id) if it.element.endswith("meeting_over")
    )
    assert timer.due_at == kept.ends_at
    need = desk.rows(Need, consultation_id=desk.id, kind="SIGN")[0]
    assert need.arrange_by == local_day(kept.starts_at) - timedelta(days=14)


def test_the_same_time_and_place_is_no_move(desk):
    row = ahead(desk)
    assert "Nothing had changed" in desk.done(desk.send(f"meetings/{row.id}/move", form(row)))
    assert ahead(desk).sequence == row.sequence


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"starts_at": "homme"}, "starts_at", "Write a date and a time"),
        ({"starts_at": "2001-01-01T10:00"}, "starts_at", "lies in the past"),
        ({"ends_at": "2001-01-01T10:00"}, "ends_at", "end must come after"),
        ({"place": " ", "url": ""}, "place", "Write the place, or a link"),
        ({"url": "http://x.example"}, "url", "begins with https"),
        ({"reason": ""}, "reason", "Please fill this in"),
        ({"access": "x" * 2001}, "access", "too long"),
    ],
)
def test_a_move_that_cannot_be_made_comes_back_as_typed(desk, fields, field, sentence):
    row = ahead(desk)
    refused = desk.send(
        f"meetings/{row.id}/move", form(row, **{"place": "Uus koht", **later(row, 7), **fields})
    )
    assert refused.status_code == 422
    assert sentence in words(refused.text)
    assert f'href="#{field}"' in refused.text
    if field != "place":
        assert "Uus koht" in refused.text
    assert ahead(desk).sequence == row.sequence


def test_a_discussion_is_not_moved_to_a_day_people_cannot_hear_of_in_time(desk):
    row = ahead(desk)
    soon = desk.kaasa.clock.now() + timedelta(days=3)
    times = {"starts_at": iso(soon), "ends_at": iso(soon + timedelta(hours=2))}
    refused = desk.send(f"meetings/{row.id}/move", form(row, **times))
    assert refused.status_code == 422
    assert "14 full days" in words(refused.text)


def test_a_cancelled_meeting_leaves_calendars_once_and_can_be_set_anew(desk):
    row = ahead(desk)
    assert desk.send(f"meetings/{row.id}/cancel", {"cancel_reason": ""}).status_code == 422
    done = desk.done(desk.send(f"meetings/{row.id}/cancel", {"cancel_reason": "Planeerija on haige."}))
    assert "called off" in done
    letters = desk.letters("meeting_cancelled")
    assert len(letters) == len(desk.letters("meeting"))
    assert "plan_meeting" in desk.waits()
    assert desk.send(f"meetings/{row.id}/cancel", {"cancel_reason": "Veel kord."}).status_code == 409
    assert len(desk.letters("meeting_cancelled")) == len(letters)
    assert "cancelled" in words(desk.open("meetings"))


def test_a_meeting_that_was_held_shows_its_minutes_and_cannot_be_moved(demo_visitor):
    desk = Desk(demo_visitor, "committee_before_adoption/session_over")
    held = next(it for it in desk.rows(Meeting, consultation_id=desk.id) if it.kind == "discussion")
    page = words(desk.open(f"meetings/{held.id}"))
    assert held.minutes[:20] in page
    assert "Call the meeting off" not in page
    assert desk.send(f"meetings/{held.id}/move", form(held)).status_code == 409


def test_the_committees_session_is_shown_but_kept_with_its_own_page(demo_visitor):
    desk = Desk(demo_visitor, "committee_before_adoption/session_over")
    session = next(
        it
        for it in desk.rows(Meeting, consultation_id=desk.id)
        if it.kind == "committee" and it.state == "planned"
    )
    assert "Call the meeting off" not in desk.open(f"meetings/{session.id}")
    assert desk.send(f"meetings/{session.id}/cancel", {"cancel_reason": "x"}).status_code == 409


def answers(**fields):
    return {"who": "", "answer": "accepted", "channel": "phone", **fields}


def test_an_answer_told_by_telephone_counts_and_says_from_where_it_came(desk):
    row = ahead(desk)
    page, silent = (
        f"meetings/{row.id}",
        desk.rows(Attendance, meeting_id=row.id, answer="invited")[0].invitation_id,
    )
    refused = desk.send(f"{page}/note", answers())
    assert refused.status_code == 422
    assert 'href="#who"' in refused.text
    done = desk.done(desk.send(f"{page}/note", answers(who=f"organisation:{silent}", answer="declined")))
    assert "noted and counts now" in done
    assert "by telephone" in done
    again = desk.done(desk.send(f"{page}/note", answers(who=f"organisation:{silent}", channel="in_person")))
    assert "All answers (2)" in again
    assert "was replaced" in again
    desk.send(f"{page}/move", form(row, place="Raamatukogu"))
    assert "answered before the last change" in words(desk.open(page))


def test_only_the_cases_planner_sees_who_needs_what_and_who_sits_where(desk):
    page = f"meetings/{ahead(desk).id}"
    shown = words(desk.open(page))
    assert "Näidise Kurtide Ühing coming" in shown
    assert "sign-language interpreting" in words(
        desk.open(f"{page}/seating")
    ) or "facing the sign-language" in words(desk.open(f"{page}/seating"))
    seat = desk.invitation("Näidise Kurtide Ühing").id
    kept = desk.send(f"{page}/seating", {f"seat-{seat}": "", f"note-{seat}": "esimene rida"})
    assert "esimene rida" in desk.done(kept)
    assert desk.send(f"{page}/seating", {f"seat-{seat}": "katus"}).status_code == 422
    assert "esimene rida" in desk.open(f"{page}/sheet/seating.csv")
    desk.become(desk.another_planner())
    desk.open(f"{page}/seating", status=403)
    desk.open(f"{page}/sheet/seating.csv", status=404)
    assert desk.send(f"{page}/seating", {f"seat-{seat}": ""}).status_code == 403
    assert "Needs" not in words(desk.open(page)).split("Everyone asked")[1].split("Note an answer")[0]


def test_the_files_hold_what_the_page_says_and_run_nothing(desk):
    row = ahead(desk)
    organisation = desk.rows(Organisation, name="Näidise Kurtide Ühing")[0]
    desk.change(organisation, name="=HYPERLINK(1)")
    answer = desk.visitor.get(desk.path(f"meetings/{row.id}/sheet/answers.csv"))
    assert answer.content.startswith("\ufeff".encode())
    assert '"\'=HYPERLINK(1)"' in answer.text
    assert "attachment" in answer.headers["content-disposition"]
    for part in ("all.xlsx", "counts.csv", "door.csv"):
        assert desk.visitor.get(desk.path(f"meetings/{row.id}/sheet/{part}")).status_code == 200
    door = desk.open(f"meetings/{row.id}/sheet/door.csv")
    assert "sign-language interpreting" not in door
    desk.open(f"meetings/{row.id}/sheet/else.csv", status=404)


def propose(desk, method, old, new):
    """An association's calendar answers with a proposal instead."""
    letter = next(it for it in desk.letters("meeting") if it.recipient_ref.startswith("invitation:"))
    shift = timedelta(days=7) if method == "COUNTER" else None
    raw = clients.answer(
        letter.content, "thunderbird", "declined", now=desk.kaasa.clock.now(), later_by=shift
    )
    if old:
        raw = change_calendar(raw, old, new)
    return desk.kaasa.receiving.keep(raw)


def test_another_time_is_a_task_on_the_desk_that_leads_to_moving_the_meeting(desk):
    row, taken = ahead(desk), propose(desk, "COUNTER", b"", b"")
    assert taken.outcome == "countered"
    assert "Asked for another time of a meeting: 1" in words(desk.visitor.get("/en/desk").text)
    assert "asks for another time" in words(desk.open("meetings"))
    mail = desk.visitor.get(f"/en/mails/{taken.id}").text
    link = found(r'href="(/en/cases/[^"]+starts_at=[^"]+)"', mail).replace("&amp;", "&")
    filled = desk.visitor.get(link.partition("#")[0]).text
    wanted = later(row, 7)
    assert f'value="{wanted["starts_at"]}"' in filled
    desk.done(desk.send(f"meetings/{row.id}/move", form(row, mail=taken.id, **wanted)))
    assert desk.rows(IncomingMail)[0].outcome == "counter_accepted"
    assert "Asked for another time" not in words(desk.visitor.get("/en/desk").text)


def test_a_no_and_somebody_else_are_decided_on_the_mails_page(desk):
    first = propose(desk, "COUNTER", b"", b"")
    refused = desk.visitor.post(f"/en/mails/{first.id}/decline", {"reason": " "})
    assert refused.status_code == 422
    assert 'href="#reason"' in refused.text
    assert desk.visitor.post(f"/en/mails/{first.id}/decline", {"reason": "Tõlk"}).status_code == 303
    assert len(desk.letters("counter_declined")) == 1
    delegated = b'PARTSTAT=DELEGATED;DELEGATED-TO="mailto:liis@selts.example"'
    second = propose(desk, "REPLY", b"PARTSTAT=DECLINED", delegated)
    assert second.outcome == "delegated"
    assert "liis@selts.example" in desk.visitor.get(f"/en/mails/{second.id}").text
    assert desk.visitor.post(f"/en/mails/{second.id}/delegate", {}).status_code == 303
    assert "liis@selts.example comes in their place" in words(desk.open(f"meetings/{ahead(desk).id}"))
    assert desk.visitor.post(f"/en/mails/{second.id}/delegate", {}).status_code == 409
