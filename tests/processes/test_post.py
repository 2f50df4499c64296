"""Facts become letters: to the right address, in the right language, once, and calendars agree with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from sqlmodel import Session, select

from notifications.address import Postmark
from notifications.outbox import OutgoingLetter
from processes import words
from processes.accommodation import Need
from processes.committee import Committee
from processes.consultation import Consultation, ConsultationText
from processes.database import Database
from processes.decision import Decision, DecisionItem
from processes.feedback import LATE_WAITING, Feedback
from processes.invitation import INVITED, Approval, Invitation, Links
from processes.meeting import CANCELLED, Attendance, Meeting
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person
from processes.post import Post, PostOffice
from processes.response import Response
from processes.round import Round
from processes.summary import Summary, Treatment
from tests.processes.test_letters import frozen_files

HOME = "9999"
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LAST = datetime(2026, 12, 31, 21, 59, 59, tzinfo=UTC)
SECRET = b"a secret of the tests only"
LINKS = Links(SECRET)
OFFICE = PostOffice(LINKS, Postmark(SECRET, "kaasa.example"), "https://kaasa.example")


class Scene:
    """A municipality with one case, three invited organisations and a post to write with."""

    def __init__(self, session: Session) -> None:
        self.session, self.now = session, NOW
        self.keep(
            Municipality(
                municipality_id=HOME, name="Näidisvald", phone="555 0100", email="vald@naidisvald.example",
                address="Kooli 1", opening_hours="E–R 9–16",
            )
        )  # fmt: skip
        self.aino = self.keep(
            Person(
                id="aino",
                name="Aino Näidis",
                email="aino@naidisvald.example",
                phone="555 0101",
                title="planeerija",
            )
        )
        self.leida = self.keep(Person(id="leida", name="Leida Lepik", email="leida@naidisvald.example"))
        self.case = self.keep(
            Consultation(id="case", number="dp-2026-1", planner_id="aino", created_at=NOW - timedelta(days=9))
        )
        self.keep(
            ConsultationText(
                consultation_id="case", language="et", title="Kooli tänava ristmiku detailplaneering",
                what="Ristmik ehitatakse ümber.", open_points="Ülekäikude kohad.",
            ),
            ConsultationText(consultation_id="case", language="ru", title="Перекрёсток улицы Кооли", what="Новый."),
        )  # fmt: skip
        self.deaf = self.invite("deaf", "Näidise Kurtide Ühing")
        self.easy = self.invite("easy", "Näidise Vaimupuu", easy_language=True)
        self.russian = self.invite("russian", "Näidise Veteranid", language="ru")
        self.invitations = [self.deaf, self.easy, self.russian]

    def keep(self, *rows):
        for row in rows:
            row.municipality_id = HOME
            self.session.add(row)
            self.session.flush()
        return rows[0]

    def invite(self, key: str, name: str, **more) -> Invitation:
        given = {"email": f"{key}@example.org"} | more
        self.keep(Organisation(id=key, name=name, **given))
        made = Invitation(
            id=f"i-{key}", municipality_id=HOME, consultation_id="case", organisation_id=key, state=INVITED,
            why="Teie liikmed elavad siin.", link_digest="",
        )  # fmt: skip
        made.link_digest = LINKS.digest(LINKS.of(made))
        return self.keep(made)

    def round(self, phase: str = "display") -> Round:
        return self.keep(
            Round(
                id="round",
                consultation_id="case",
                phase=phase,
                place="raamatukogu",
                opens_at=NOW,
                closes_at=LAST,
            )
        )

    def meeting(self, kind: str = "discussion") -> Meeting:
        starts = datetime(2027, 1, 20, 15, 0, tzinfo=UTC)
        meeting = self.keep(
            Meeting(
                id="meeting", consultation_id="case", kind=kind, starts_at=starts, ends_at=starts + timedelta(hours=2),
                place="vallamaja saal", access="kaldtee ja lift", uid="m-1@kaasa.example",
            )
        )  # fmt: skip
        for invitation in self.invitations:
            self.keep(Attendance(meeting_id="meeting", invitation_id=invitation.id))
        return meeting

    def attendances(self) -> list[Attendance]:
        return list(self.session.exec(select(Attendance)).all())

    def opinion(self, key: str = "op", **more) -> Feedback:
        given = {
            "receipt": f"2026-{key}", "submission_key": key, "author_name": "Mari Mets", "author_email": "mari@example.org",
            "received_at": NOW, "text": "Ülekäigurada on liiga kaugel.",
        } | more  # fmt: skip
        return self.keep(Feedback(id=key, consultation_id="case", **given))

    @property
    def post(self) -> Post:
        return OFFICE.at(self.session, HOME, now=self.now, definition_files=frozen_files())

    def rows(self, kind: str | None = None) -> list[OutgoingLetter]:
        rows = self.session.exec(select(OutgoingLetter).order_by(OutgoingLetter.id)).all()
        return [row for row in rows if kind in (None, row.kind)]

    def mail(self, to: str, kind: str | None = None) -> EmailMessage:
        row = [row for row in self.rows(kind) if row.recipient_address == f"{to}@example.org"][-1]
        return read(row)


def read(row: OutgoingLetter) -> EmailMessage:
    return message_from_bytes(row.content, policy=policy.default)  # type: ignore[return-value]


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def event_of(mail: EmailMessage):
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    database = Database(database_url)
    with database.session() as session:
        yield Scene(session)
    database.close()


def test_each_invited_organisation_gets_its_own_letter_in_its_own_language(scene: Scene) -> None:
    assert scene.post.invited(scene.case, scene.invitations).letters == 3
    assert [row.language for row in scene.rows()] == ["et", "et-easy", "ru"]
    text = text_of(scene.mail("deaf"))
    assert "Teie liikmed elavad siin." in text
    assert f"https://kaasa.example/et/i/{LINKS.of(scene.deaf)}" in text
    assert "555 0101" in text
    assert "Aino Näidis" in text
    assert f"https://kaasa.example/ru/i/{LINKS.of(scene.russian)}" in text_of(scene.mail("russian"))
    assert LINKS.of(scene.deaf) not in text_of(scene.mail("russian"))


def test_the_reason_why_is_told_in_the_readers_language_where_the_process_knows_it(scene: Scene) -> None:
    known = {("Teie liikmed elavad siin.", "ru"): "Ваши члены живут здесь."}
    post = OFFICE.at(
        scene.session,
        HOME,
        now=NOW,
        definition_files=frozen_files(),
        translate=lambda *key: known.get(key, key[0]),
    )
    post.invited(scene.case, scene.invitations)
    assert "Ваши члены живут здесь." in text_of(scene.mail("russian"))
    assert "Teie liikmed elavad siin." in text_of(scene.mail("deaf"))


def test_an_invitation_asks_for_an_answer_in_30_days_while_there_is_no_round(scene: Scene) -> None:
    scene.post.invited(scene.case, [scene.deaf])
    assert words.short_until(date(2026, 12, 31), "et") in scene.mail("deaf")["Subject"]


def test_telling_the_same_thing_twice_posts_it_once(scene: Scene) -> None:
    scene.post.invited(scene.case, scene.invitations)
    assert scene.post.invited(scene.case, scene.invitations).letters == 0
    assert len(scene.rows()) == 3


def test_a_renewed_link_is_a_new_letter(scene: Scene) -> None:
    scene.post.invited(scene.case, [scene.deaf])
    LINKS.renew(scene.deaf)
    assert scene.post.invited(scene.case, [scene.deaf]).letters == 1


def test_an_organisation_without_a_usable_address_is_named_and_holds_up_nobody(scene: Scene) -> None:
    silent = scene.invite("silent", "Näidise Külaselts", email="")
    wrong = scene.invite("wrong", "Näidise Kogudus", email="kogudus at example")
    dead = scene.invite("dead", "Näidise Ühing", undeliverable_since=NOW)
    posted = scene.post.invited(scene.case, [silent, scene.deaf, wrong, dead])
    assert posted.letters == 1
    assert posted.without_address == ("invitation:i-silent", "invitation:i-wrong", "invitation:i-dead")


def test_answers_come_to_the_address_that_belongs_to_the_invitation(scene: Scene) -> None:
    scene.post.invited(scene.case, scene.invitations)
    senders = {row.sender_address for row in scene.rows()}
    assert len(senders) == 3
    mail = scene.mail("deaf")
    token = OFFICE.postmark.token_in(mail["Reply-To"])
    assert OFFICE.postmark.verify(token, "invitation:i-deaf")


def test_no_subject_holds_a_name_or_an_address(scene: Scene) -> None:
    scene.opinion()
    scene.post.receipt(scene.session.get_one(Feedback, (HOME, "op")))
    scene.post.invited(scene.case, scene.invitations)
    for row in scene.rows():
        assert not re.search("Mari|Mets|@|Kurtide|Vaimupuu", read(row)["Subject"])


def test_a_round_puts_its_last_day_into_the_calendar_and_blocks_nobodys_time(scene: Scene) -> None:
    scene.post.round_opened(scene.round("sketch"), scene.invitations)
    method, event = event_of(scene.mail("deaf"))
    assert method == "PUBLISH"
    assert event["DTSTART"].dt == date(2026, 12, 31)
    assert str(event["TRANSP"]) == "TRANSPARENT"
    assert "ATTENDEE" not in event
    assert "31. detsembrini 2026" in text_of(scene.mail("deaf"))
    assert LINKS.of(scene.deaf) not in event.to_ical().decode()


def test_a_moved_last_day_moves_the_same_calendar_entry(scene: Scene) -> None:
    round_ = scene.round()
    scene.post.display_announced(scene.case, NOW, LAST, scene.invitations, place="raamatukogu")
    before = event_of(scene.mail("deaf"))[1]
    scene.now += timedelta(days=2)
    round_.closes_at = LAST + timedelta(days=7)
    scene.post.deadline_moved(round_, scene.invitations, reason="materjal ilmus hilja")
    after = event_of(scene.mail("deaf", "deadline_moved"))[1]
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert after["DTSTART"].dt == date(2027, 1, 7)
    assert "materjal ilmus hilja" in text_of(scene.mail("deaf", "deadline_moved"))


def test_a_display_announced_anew_replaces_the_letters_that_have_not_left(scene: Scene) -> None:
    scene.post.display_announced(scene.case, NOW, LAST, scene.invitations)
    first = scene.rows()[0]
    first.state = "sent"
    scene.session.add(first)
    scene.post.display_announced(scene.case, NOW, LAST + timedelta(days=7), scene.invitations)
    assert [row.state for row in scene.rows()] == [
        "sent",
        "superseded",
        "superseded",
        "queued",
        "queued",
        "queued",
    ]


def test_a_display_letter_names_the_act_the_days_and_the_place(scene: Scene) -> None:
    scene.keep(
        Decision(
            consultation_id="case", kind="acceptance", outcome="accept", act="korraldus nr 17",
            decided_on=date(2026, 11, 25), recorded_at=NOW,
        )
    )  # fmt: skip
    scene.post.display_announced(scene.case, NOW, LAST, [scene.deaf], place="raamatukogu")
    text = text_of(scene.mail("deaf"))
    for fact in ("korraldus nr 17", "25. novembril 2026", "teisipäev, 1. detsember 2026", "raamatukogu"):
        assert fact in text


def test_an_interrupted_display_leaves_the_calendar(scene: Scene) -> None:
    round_ = scene.round()
    round_.interrupted_reason = "kaart puudus veebist"
    scene.post.display_interrupted(round_, [scene.deaf])
    assert str(event_of(scene.mail("deaf"))[1]["STATUS"]) == "CANCELLED"
    assert "kaart puudus veebist" in text_of(scene.mail("deaf"))


def test_an_authority_is_told_that_silence_is_consent_and_its_own_last_day(scene: Scene) -> None:
    round_ = scene.round("approval")
    approval = scene.keep(Approval(id="a", round_id="round", invitation_id="i-deaf", due_on=date(2027, 1, 4)))
    scene.post.approval_asked(round_, [(scene.deaf, approval)])
    text = text_of(scene.mail("deaf"))
    assert "loeme planeeringu kooskõlastatuks" in text
    assert "4. jaanuarini 2027" in text
    approval.extended_to = date(2027, 2, 3)
    assert scene.post.approval_asked(round_, [(scene.deaf, approval)]).letters == 1


def test_a_meeting_invites_each_to_their_own_calendar_with_access_first(scene: Scene) -> None:
    scene.post.meeting_set(scene.meeting(), scene.attendances())
    mail = scene.mail("deaf")
    method, event = event_of(mail)
    assert method == "REQUEST"
    assert str(event["ATTENDEE"]) == "mailto:deaf@example.org"
    assert str(event["ORGANIZER"]).removeprefix("mailto:") == mail["Reply-To"]
    text = text_of(mail)
    assert text.index("Ligipääs: kaldtee ja lift") < text.index("Aeg: ") < text.index("Koht: ")
    assert "kell 17.00 (Eesti aeg)" in text
    assert "6. jaanuarini 2027" in text


def test_a_moved_meeting_is_told_as_moved_only_to_those_who_knew(scene: Scene) -> None:
    meeting = scene.meeting()
    scene.post.meeting_set(meeting, [row for row in scene.attendances() if row.invitation_id == "i-deaf"])
    meeting.sequence, meeting.place = 1, "raamatukogu"
    scene.post.meeting_set(meeting, scene.attendances())
    kinds = {row.recipient_address: row.kind for row in scene.rows() if row.state == "queued"}
    assert kinds == {
        "deaf@example.org": "meeting_moved", "easy@example.org": "meeting", "russian@example.org": "meeting",
    }  # fmt: skip
    assert scene.rows()[0].state == "superseded"
    assert int(event_of(scene.mail("deaf"))[1]["SEQUENCE"]) == 1


def test_a_cancelled_meeting_leaves_the_calendars(scene: Scene) -> None:
    meeting = scene.meeting()
    scene.post.meeting_set(meeting, scene.attendances())
    meeting.state, meeting.sequence = CANCELLED, 1
    scene.post.meeting_cancelled(meeting, scene.attendances(), reason="tõlk haigestus")
    method, event = event_of(scene.mail("deaf", "meeting_cancelled"))
    assert (method, str(event["STATUS"]), str(event["UID"])) == ("CANCEL", "CANCELLED", "m-1@kaasa.example")
    assert "tõlk haigestus" in text_of(scene.mail("deaf", "meeting_cancelled"))
    assert {row.state for row in scene.rows("meeting")} == {"superseded"}


def test_an_uninvited_organisation_alone_loses_the_meeting_and_an_unsent_invitation(scene: Scene) -> None:
    meeting = scene.meeting()
    scene.post.invited(scene.case, scene.invitations)
    scene.post.meeting_set(meeting, scene.attendances())
    scene.post.uninvited(scene.deaf, [meeting], reason="aadress oli vale")
    assert [row.recipient_address for row in scene.rows("uninvited")] == ["deaf@example.org"]
    method, event = event_of(scene.mail("deaf", "uninvited"))
    assert (method, int(event["SEQUENCE"])) == ("CANCEL", 1)
    assert {row.recipient_address for row in scene.rows("invitation") if row.state == "superseded"} == {
        "deaf@example.org"
    }


def test_whoever_is_invited_again_gets_the_meeting_again_above_its_end(scene: Scene) -> None:
    meeting = scene.meeting()
    scene.post.meeting_set(meeting, scene.attendances())
    scene.post.uninvited(scene.deaf, [meeting])
    ended = event_of(scene.mail("deaf", "uninvited"))[1]
    LINKS.renew(scene.deaf)
    scene.now += timedelta(hours=1)
    seat = [row for row in scene.attendances() if row.invitation_id == "i-deaf"]
    assert scene.post.meeting_set(meeting, seat).letters == 1
    method, event = event_of(scene.mail("deaf", "meeting"))
    assert method == "REQUEST"
    assert int(event["SEQUENCE"]) >= int(ended["SEQUENCE"])
    assert event["DTSTAMP"].dt > ended["DTSTAMP"].dt
    assert LINKS.of(scene.deaf) in text_of(scene.mail("deaf", "meeting"))


def test_a_committee_is_invited_and_then_given_the_frozen_page(scene: Scene) -> None:
    meeting = scene.meeting("committee")
    scene.keep(Committee(id="k", name="Planeerimiskomisjon"))
    summary = scene.keep(
        Summary(
            id="page", consultation_id="case", committee_id="k", meeting_id="meeting", question="Kas võtta vastu?",
            freeze_at=datetime(2027, 1, 13, 14, tzinfo=UTC), digest="a41f" * 16,
        )
    )  # fmt: skip
    assert scene.post.committee_invited(meeting, [scene.leida], summary=summary).letters == 1
    assert scene.post.summary_frozen(summary, [scene.leida]).letters == 1
    invited, frozen = (read(row) for row in scene.rows())
    assert event_of(invited)[0] == "REQUEST"
    assert "Kas võtta vastu?" in text_of(invited)
    assert "13. jaanuaril 2027" in text_of(invited)
    assert "https://kaasa.example/et/summary/page" in text_of(frozen)
    assert "a41fa41fa41f" in text_of(frozen)


def test_a_receipt_quotes_the_opinion_and_opens_it_again(scene: Scene) -> None:
    scene.post.receipt(scene.opinion(), token="t0ken")
    text = text_of(scene.mail("mari"))
    assert "2026-op" in text
    assert "Ülekäigurada on liiga kaugel." in text
    assert "https://kaasa.example/et/confirm/t0ken" in text


def test_an_organisations_receipt_goes_to_it_with_its_personal_link(scene: Scene) -> None:
    scene.post.receipt(scene.opinion(invitation_id="i-russian", author_email="", language="et"))
    assert LINKS.of(scene.russian) in text_of(scene.mail("russian"))
    assert scene.rows()[0].language == "ru"


def test_a_late_opinion_is_told_to_be_late_and_kept(scene: Scene) -> None:
    scene.post.receipt(scene.opinion(state=LATE_WAITING))
    assert "hilines" in scene.mail("mari")["Subject"]


def test_a_changed_opinion_gets_a_new_receipt(scene: Scene) -> None:
    opinion = scene.opinion()
    scene.post.receipt(opinion)
    opinion.version = 2
    assert scene.post.receipt(opinion).letters == 1


def test_confirming_and_withdrawing_are_told(scene: Scene) -> None:
    opinion = scene.opinion()
    scene.post.confirm_opinion(opinion, "abc123")
    scene.post.opinion_withdrawn(opinion)
    assert "https://kaasa.example/et/confirm/abc123" in text_of(scene.mail("mari", "confirm"))
    assert "2026-op" in scene.mail("mari", "withdrawn")["Subject"]


def test_words_of_people_stay_words_in_a_letter(scene: Scene) -> None:
    scene.post.receipt(
        scene.opinion(text="<script>alert(1)</script> # Pealkiri\n[siia](https://evil.example)")
    )
    mail = scene.mail("mari")
    html = mail.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert 'href="https://evil.example' not in html
    assert "<script>alert(1)</script>" in text_of(mail)


def test_an_answer_gives_the_outcome_and_the_reasons_and_a_corrected_one_is_sent_too(scene: Scene) -> None:
    opinion = scene.opinion()
    response = Response(
        feedback_id="op",
        outcome="partly",
        reasons="Rada nihkub 20 meetrit.",
        written_by="aino",
        written_at=NOW,
    )
    scene.keep(response)
    scene.post.answers_sent(scene.case, [(opinion, response)])
    text = text_of(scene.mail("mari"))
    assert "osaliselt arvestatud" in text
    assert "Rada nihkub 20 meetrit." in text
    response.reasons = "Rada nihkub 30 meetrit."
    assert scene.post.answers_sent(scene.case, [(opinion, response)]).letters == 1


def test_whoever_wants_no_answer_gets_none(scene: Scene) -> None:
    opinion = scene.opinion(author_email="", author_name="", author_kind="anonymous", wants_reply=False)
    posted = scene.post.receipt(opinion)
    assert (posted.letters, posted.without_address) == (0, ("feedback:op",))


def _adoption(scene: Scene, outcome: str = "adopt") -> Decision:
    return scene.keep(
        Decision(
            id=f"d-{outcome}", consultation_id="case", kind="adoption", outcome=outcome, act="otsus nr 31",
            decided_on=date(2027, 3, 10), reasons="Lahendus on turvalisem.", recorded_at=NOW,
        )
    )  # fmt: skip


def test_the_decision_tells_each_what_became_of_their_own_points(scene: Scene) -> None:
    mine, other = (
        scene.opinion("mine"),
        scene.opinion("other", author_email="jaan@example.org", text="Puud alles!"),
    )
    second = scene.opinion("second", author_email="MARI@example.org", text="Palun pink.")
    scene.keep(Committee(id="k", name="Planeerimiskomisjon"))
    scene.meeting("committee")
    scene.keep(
        Summary(id="page", consultation_id="case", committee_id="k", meeting_id="meeting", freeze_at=NOW)
    )
    for opinion in (mine, other):
        scene.keep(
            Response(
                feedback_id=opinion.id, outcome="not_accepted", reasons="–", written_by="aino", written_at=NOW
            )
        )
    scene.keep(
        Treatment(
            summary_id="page",
            feedback_id="mine",
            stance="supported",
            words="Mõistlik.",
            recorded_by="leida",
            recorded_at=NOW,
        )
    )
    made = _adoption(scene)
    scene.keep(
        DecisionItem(decision_id=made.id, feedback_id="mine", words="Ülekäik tuleb 20 meetrit lähemale.")
    )
    assert scene.post.decision_made(scene.case, made).letters == 5
    text = text_of(scene.mail("mari"))
    assert "Ülekäik tuleb 20 meetrit lähemale." in text
    assert "Ülekäik tuleb" not in text_of(scene.mail("jaan"))
    assert "ei arvestatud" in text
    assert "toetas teie ettepanekut" in text
    assert "Mõistlik." in text
    assert second.receipt in text
    assert "Puud alles!" not in text
    assert "30 päeva jooksul" in text
    assert "Te ei esitanud selles menetluses arvamust." in text_of(scene.mail("deaf"))
    assert "Вы не подавали мнения" in text_of(scene.mail("russian"))


def test_the_decision_names_the_last_day_to_contest_once_it_is_known(scene: Scene) -> None:
    scene.post.decision_made(scene.case, _adoption(scene), contest_until=date(2027, 4, 19))
    assert "19. aprillini 2027" in text_of(scene.mail("deaf"))


def test_a_plan_not_adopted_is_told_as_such(scene: Scene) -> None:
    scene.post.decision_made(scene.case, _adoption(scene, "reject"))
    assert {row.kind for row in scene.rows()} == {"not_adopted"}


def test_an_organisation_asked_twice_over_is_told_of_the_end_once(scene: Scene) -> None:
    asked = LINKS.new_invitation(HOME, "case", "deaf", purpose="approval")
    asked.state = INVITED
    scene.keep(asked)
    scene.opinion(invitation_id="i-deaf", author_email="deaf@example.org")
    assert scene.post.case_closed(scene.case).letters == 3


def test_results_say_whether_the_plan_changes(scene: Scene) -> None:
    results = scene.keep(
        Decision(
            consultation_id="case", kind="results", outcome="", act="korraldus nr 20", decided_on=date(2027, 2, 1),
            reasons="Arutelul lepiti kokku.", recorded_at=NOW,
        )
    )  # fmt: skip
    scene.post.results_told(scene.case, results, held_on=date(2027, 1, 20), changes_solution=True)
    text = text_of(scene.mail("deaf"))
    assert "kolmapäeval, 20. jaanuaril 2027" in text
    assert "kordame kooskõlastamist" in text


def test_a_need_is_answered_to_whoever_asked(scene: Scene) -> None:
    need = scene.keep(
        Need(
            id="need", consultation_id="case", invitation_id="i-deaf", kind="SIGN", state="booked",
            answer="Tõlk on kohal.", asked_at=NOW,
        )
    )  # fmt: skip
    scene.post.need_answered(need)
    mail = scene.mail("deaf")
    assert "viipekeeletõlge" not in mail["Subject"]
    assert "viipekeeletõlge (eesti viipekeel) – on tellitud" in text_of(mail)


def test_a_reminder_goes_out_once_a_day(scene: Scene) -> None:
    scene.case.state, round_ = "running", scene.round()
    assert scene.post.reminded(round_, [scene.deaf]).letters == 1
    assert scene.post.reminded(round_, [scene.deaf]).letters == 0
    scene.now += timedelta(days=1)
    assert scene.post.reminded(round_, [scene.deaf]).letters == 1


def test_a_link_to_sign_in_stands_behind_no_case(scene: Scene) -> None:
    scene.post.sign_in_link(scene.aino, "t0ken", valid_until=NOW + timedelta(minutes=15))
    row = scene.rows()[0]
    assert row.business_key == ""
    assert "https://kaasa.example/et/sign-in/t0ken" in text_of(read(row))


def test_many_invitations_take_few_questions_to_the_database(scene: Scene) -> None:
    from sqlalchemy import event

    invitations = [scene.invite(f"o{number}", f"Ühing {number}") for number in range(100)]
    asked: list[str] = []
    connection = scene.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert scene.post.invited(scene.case, invitations).letters == 100
    assert len(asked) < 15


def test_another_municipality_sees_none_of_it(scene: Scene) -> None:
    scene.session.add(Municipality(municipality_id="0141", name="Teine vald"))
    scene.session.flush()
    other = OFFICE.at(scene.session, "0141", now=NOW)
    assert other.case_closed(scene.case).letters == 0
