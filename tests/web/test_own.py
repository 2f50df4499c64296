"""An organisation's own page: its requests, its calendar, and letters as it wants them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from ical.calendar_stream import IcsCalendarStream
from sqlmodel import Session, col, select

from notifications.calendar_lint import check_calendar
from notifications.outbox import OutgoingLetter
from processes.agenda import Agenda
from processes.committee import Committee
from processes.consultation import Consultation, ConsultationText
from processes.digest import DigestItem
from processes.invitation import INVITED
from processes.meeting import Attendance, Meeting
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person
from processes.round import Round
from processes.subscription import Subscription, token
from tests.processes.public_scene import CLOSES, DURING, HOME
from tests.web.public_house import House, house, one

OTHER = "9998"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house where a second municipality asks the same organisation, at the same hour too."""
    with house(tmp_path_factory.mktemp("own")) as made:
        scene = made.scene
        with scene.write() as session:
            case = scene.case(session)
            case.topics = "liiklus\nhooned"
            session.add(case)
            scene.add_meeting(session)
            _elsewhere(session, made)
        yield made


def _elsewhere(session: Session, public: House) -> None:
    """Another municipality, which knows the organisation by the same address in other letters."""

    def keep(row: Any) -> Any:
        row.municipality_id = OTHER
        session.add(row)
        session.flush()
        return row

    keep(Municipality(municipality_id=OTHER, name="Teine vald", email="vald@teine.example"))
    planner = keep(Person(name="Tiit Teine", email="tiit@teine.example"))
    case = keep(
        Consultation(
            number="dp-2027-7", state="running", planner_id=planner.id, created_at=DURING - timedelta(days=90),
            published_at=DURING - timedelta(days=60),
        )
    )  # fmt: skip
    keep(ConsultationText(consultation_id=case.id, language="et", title="Järve tee"))
    keep(
        Round(
            consultation_id=case.id,
            phase="display",
            opens_at=DURING - timedelta(days=1),
            closes_at=CLOSES + timedelta(days=2),
        )
    )
    who = keep(Organisation(name="Kurtide selts", email="Mart@selts.example"))
    stranger = keep(Organisation(name="Näidisvalla Kurtide Selts", email="keegi@mujal.example"))
    for organisation in (who, stranger):
        asked = public.kaasa.links.new_invitation(OTHER, case.id, organisation.id)
        asked.state, asked.invited_at = INVITED, DURING - timedelta(days=1)
        keep(asked)
        if organisation is who:
            starts = CLOSES + timedelta(days=10) - timedelta(hours=6)
            meeting = keep(
                Meeting(
                    consultation_id=case.id, kind="discussion", uid="two@teine.example", place="Koolimaja",
                    starts_at=starts, ends_at=starts + timedelta(hours=1),
                )
            )  # fmt: skip
            keep(Attendance(meeting_id=meeting.id, invitation_id=asked.id))


def own(public: House) -> str:
    with public.scene.database.session() as session:
        invitation = public.scene.invitation(session)
        who = session.get_one(Organisation, (HOME, invitation.organisation_id))
        return f"/et/own/{token(public.kaasa.links, who)}"


def remind(public: House, day: datetime) -> None:
    with public.scene.write() as session:
        post = public.kaasa.post_office.at(session, HOME, now=day)
        post.reminded(public.scene.round(session), [public.scene.invitation(session)])


def letters(public: House, kind: str) -> list[OutgoingLetter]:
    with public.scene.database.session() as session:
        query = select(OutgoingLetter).where(OutgoingLetter.kind == kind).order_by(col(OutgoingLetter.id))
        found = list(session.exec(query).all())
        session.expunge_all()
        return found


def choose(public: House, choice: str) -> None:
    answer = public.send(own(public), f"{own(public)}/letters", {"choice": choice})
    assert "Teie valik on salvestatud" in answer.text


def test_it_shows_requests_of_all_municipalities_with_overlaps_and_how_long_ahead_they_were_told(
    public: House,
) -> None:
    text = public.get(own(public))
    assert "Kooli tänava ristmik" in text
    assert "Järve tee" in text
    assert "Teine vald" in text
    assert "Samal ajal on: Järve tee (Teine vald)." in text
    assert "Samal nädalal lõpeb veel: Kooli tänava ristmik (Näidisvald)." in text
    assert re.search(r"Teile teatati \d+ päeva? ette\.", text)
    assert "keegi@mujal.example" not in text  # the same name with another address is somebody else
    assert f"/et/i/{public.scene.token}" in text
    assert len(re.findall(r'href="/et/i/[^"/]+"', text)) == 2  # no personal link of another municipality


def test_a_link_of_another_or_an_old_address_opens_nothing(public: House) -> None:
    address = own(public)
    assert public.client.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    assert public.client.get("/et/own/none").status_code == 404
    with public.scene.write() as session:
        who = session.get_one(Organisation, (HOME, public.scene.invitation(session).organisation_id))
        who.email = "uus@selts.example"
        session.add(who)
    assert public.client.get(address).status_code == 404
    with public.scene.write() as session:
        who = session.get_one(Organisation, (HOME, public.scene.invitation(session).organisation_id))
        who.email = "mart@selts.example"
        session.add(who)
    assert public.client.get(address).status_code == 200


def test_its_calendar_is_made_followed_and_ended(public: House) -> None:
    public.send(own(public), f"{own(public)}/calendar", {})
    path = one(r"webcal://kaasa\.example(/et/feed/[0-9a-f]+/calendar\.ics)", public.get(own(public)))
    first = public.client.get(path)
    assert first.headers["content-type"].startswith("text/calendar")
    assert "private" in first.headers["cache-control"]
    assert check_calendar(first.content) == []
    calendar = IcsCalendarStream.calendar_from_ics(first.text)
    assert len(calendar.events) == 4
    unfolded = first.text.replace("\r\n ", "")
    assert "Teine vald küsib teie arvamust." in unfolded
    assert "Samal ajal on: Järve tee (Teine vald)." in unfolded
    again = public.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    public.at(DURING + timedelta(hours=1))  # time alone changes nothing
    assert public.client.get(path).headers["etag"] == first.headers["etag"]
    public.at(DURING)
    public.send(own(public), f"{own(public)}/calendar", {})
    assert public.client.get(path).status_code == 404


def test_a_chair_of_a_round_table_sees_the_agenda_that_waits_for_them(public: House) -> None:
    with public.scene.write() as session:
        asked, case = public.scene.invitation(session), public.scene.case(session)
        table = Agenda(
            municipality_id=HOME, consultation_id=case.id, cochair_id=asked.organisation_id,
            proposed_at=DURING - timedelta(days=2), due_at=DURING + timedelta(days=5),
        )  # fmt: skip
        session.add(table)
    text = public.get(own(public))
    assert "Päevakorra kokkuleppimine" in text
    assert f'href="/et/i/{public.scene.token}/agenda"' in text
    with public.scene.write() as session:
        session.delete(session.exec(select(Agenda)).one())
    assert "Päevakorra kokkuleppimine" not in public.get(own(public))


def test_a_topic_can_be_proposed_from_the_own_page_with_nothing_open(public: House) -> None:
    assert f'href="{own(public).replace("/own/", "/i/")}/suggest"' in public.get(own(public))
    address = own(public).replace("/own/", "/i/") + "/suggest"
    page = public.get(address)
    assert f'href="{own(public)}"' in page
    given = {"key": one(r'name="key" value="([^"]+)"', page), "kind": "topic", "title": "Invatransport"}
    assert "Teie ettepanek" in public.send(address, address, {**given, "problem": "Ei saa tellida."}).text
    assert "Invatransport" in public.get(address)
    assert public.client.get(address[:-12] + "0000/suggest").status_code == 404


def test_one_letter_a_day_tells_what_several_would_have_told_and_leaves_out_what_was_answered(
    public: House,
) -> None:
    choose(public, "digest")
    remind(public, DURING)
    assert letters(public, "reminder") == []
    with public.scene.database.session() as session:
        item = session.exec(select(DigestItem)).one()
    drains = public.kaasa.loop
    public.at(item.due_at)
    drains.settle()
    letter = letters(public, "digest")[-1]
    mail = message_from_bytes(letter.content, policy=policy.default)
    said = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Meeldetuletus: Kooli tänava ristmik" in said
    assert f"/et/i/{public.scene.token}" in said
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    remind(public, item.due_at + timedelta(days=1))
    with public.scene.write() as session:
        asked = public.scene.invitation(session)
        asked.no_comments_at = item.due_at + timedelta(days=1)
        session.add(asked)
    public.at(item.due_at + timedelta(days=2))
    drains.settle()
    assert len(letters(public, "digest")) == 1
    with public.scene.write() as session:
        asked = public.scene.invitation(session)
        asked.no_comments_at = None
        session.add(asked)
    public.at(DURING)


def test_one_click_in_a_mail_program_ends_reminders_and_can_be_taken_back(public: House) -> None:
    choose(public, "each")
    remind(public, DURING + timedelta(days=5))
    mail = message_from_bytes(letters(public, "reminder")[-1].content, policy=policy.default)
    stop = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://kaasa.example")
    public.get(stop)  # a scanner that follows the link changes nothing
    stranger = public.client.__class__(public.client.app, base_url="https://kaasa.example")
    answer = stranger.post(stop, data={"List-Unsubscribe": "One-Click"})  # no cookie, no token of a form
    assert answer.status_code == 200
    with public.scene.database.session() as session:
        row = session.exec(select(Subscription)).one()
    assert (row.choice, row.changed_by) == ("none", "one_click")
    before = len(letters(public, "reminder"))
    remind(public, DURING + timedelta(days=6))
    assert len(letters(public, "reminder")) == before
    choose(public, "each")
    remind(public, DURING + timedelta(days=6))
    assert len(letters(public, "reminder")) == before + 1


def test_notices_invitations_and_answers_are_never_refused_nor_gathered(public: House) -> None:
    choose(public, "none")
    with public.scene.write() as session:
        post = public.kaasa.post_office.at(session, HOME, now=DURING)
        asked = public.scene.invitation(session)
        case = public.scene.case(session)
        assert post.invited(case, [asked]).letters == 1
        meeting = session.get_one(Meeting, (HOME, public.scene.meeting_id))
        seat = session.get_one(Attendance, (HOME, meeting.id, asked.id))
        assert post.meeting_set(meeting, [seat]).letters == 1
        assert post.deadline_moved(public.scene.round(session), [asked]).letters == 1
    for kind in ("invitation", "meeting", "deadline_moved"):
        mail = message_from_bytes(letters(public, kind)[-1].content, policy=policy.default)
        assert mail["List-Unsubscribe"] is None, kind
        assert "/et/own/" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    choose(public, "each")


def test_a_topic_has_a_public_calendar_of_its_own(public: House) -> None:
    text = public.get("/et/calendars")
    assert "/et/calendar.ics?topic=liiklus" in text
    mine = public.client.get("/et/calendar.ics?topic=liiklus")
    assert check_calendar(mine.content) == []
    assert "BEGIN:VEVENT" in mine.text
    assert "BEGIN:VEVENT" not in public.client.get("/et/calendar.ics?topic=muu").text


def test_a_committees_calendar_is_for_those_who_have_its_address(public: House) -> None:
    from processes import feed_key
    from processes.summary import Summary

    starts = CLOSES + timedelta(days=30)
    with public.scene.write() as session:
        committee = Committee(municipality_id=HOME, name="Planeeringukomisjon")
        session.add(committee)
        meeting = public.scene.add_meeting(
            session,
            kind="committee",
            uid="three@kaasa",
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
        )
        session.add(
            Summary(
                municipality_id=HOME, consultation_id=public.scene.case_id, committee_id=committee.id, meeting_id=meeting.id,
                occasion="acceptance", question="Kas toetada?", freeze_at=starts - timedelta(days=7),
            )
        )  # fmt: skip
        session.flush()
        feed_key.renew(session, HOME, feed_key.COMMITTEE, committee.id, public.kaasa.links, now=DURING)
        secret = feed_key.current(session, HOME, feed_key.COMMITTEE, committee.id, public.kaasa.links)
    found = public.client.get(f"/et/feed/{secret}/calendar.ics")
    assert check_calendar(found.content) == []
    assert found.text.count("BEGIN:VEVENT") == 2
