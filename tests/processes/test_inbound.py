"""What mail does: answers, reports and opinions that came by mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from notifications import clients
from notifications.outbox import OutgoingLetter
from processes.actions import inbound_taking, inbound_triage, opinion_link
from processes.actions.inbound_letter import Desk
from processes.actions.inbound_triage import Register
from processes.database import Database
from processes.document import Attachment
from processes.errors import Conflict, NotAllowed
from processes.feedback import LATE_WAITING, RECEIVED, UNCONFIRMED, Feedback, FeedbackVersion
from processes.inbound import IncomingKey, IncomingMail
from processes.item import Advice, Item
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from processes.permission import PLANNER, Actor
from processes.person import Person
from tests.processes.public_scene import AFTER, CLOSES, DURING, HOME, Scene

ASSOCIATION = "mart@kurtide-selts.example"


BOTH = pytest.mark.parametrize("scene", ["sqlite", "postgresql"], indirect=True)
"""For what the databases could tell apart: keys, locks, set-based statements; the rest is told on one."""


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    kind = getattr(request, "param", "sqlite")
    database = Database(request.getfixturevalue(f"{kind}_url"))
    made = Scene(database, tmp_path)
    with database.open_transaction() as session:
        who = session.exec(select(Organisation)).one()
        who.email = ASSOCIATION
        session.add(who)
        made.add_meeting(session)
    yield made
    database.close()


def invite(scene: Scene, now=DURING) -> bytes:
    """The invitation to the meeting as it lies in the outbox."""
    with scene.database.open_transaction() as session:
        meeting = session.get_one(Meeting, (HOME, scene.meeting_id))
        rows = session.exec(select(Attendance)).all()
        scene.post(session, now).meeting_set(meeting, rows)
    with scene.database.session() as session:
        query = select(OutgoingLetter.content).order_by(OutgoingLetter.id.desc())
        return session.exec(query).first()


def take(scene: Scene, raw: bytes, key: str = "command:1", now=DURING):
    return scene.database.transaction(
        lambda s: inbound_taking.take(s, HOME, raw, key, store=scene.store, office=scene.office, now=now)
    )


def attending(scene: Scene) -> str:
    with scene.database.session() as session:
        return session.exec(select(Attendance)).one().answer


def kept(scene: Scene, table=IncomingMail) -> list:
    with scene.database.session() as session:
        rows = list(session.exec(select(table)))
        session.expunge_all()
    return sorted(rows, key=lambda row: getattr(row, "id", ""))


def moved(scene: Scene) -> None:
    with scene.database.open_transaction() as session:
        meeting = session.get_one(Meeting, (HOME, scene.meeting_id))
        meeting.sequence += 1
        meeting.starts_at += timedelta(days=1)
        meeting.ends_at += timedelta(days=1)
        session.add(meeting)


def reply_address(scene: Scene) -> str:
    mark = scene.office.postmark
    return mark.address(mark.token(f"invitation:{scene.invitation_id}"))


def words(
    scene: Scene,
    text: str,
    *,
    sender: str = ASSOCIATION,
    to: str = "",
    subject: str = "Re: Kutse",
    head: str = "",
) -> bytes:
    return (
        f"From: Mart Mets <{sender}>\r\nTo: {to or reply_address(scene)}\r\nSubject: {subject}\r\n{head}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    ).encode()


def planner(scene: Scene) -> Actor:
    with scene.database.session() as session:
        person = session.exec(select(Person)).first()
        return Actor(HOME, person.id, frozenset({PLANNER}), person.name)


def desk(scene: Scene, session, now=DURING) -> Desk:
    return Desk(session, HOME, scene.store, scene.office, now)


@pytest.mark.parametrize("program", clients.PROGRAMS)
def test_an_answer_of_every_program_changes_attendance(scene, program):
    raw = clients.answer(invite(scene), program, "accepted", now=DURING)
    assert take(scene, raw).outcome == "counted"
    assert attending(scene) == "accepted"
    assert [mail.state for mail in kept(scene)] == ["done"]


@BOTH
def test_the_latest_answer_counts_whichever_comes_first_and_all_are_kept(scene):
    letter = invite(scene)
    older = clients.answer(letter, "thunderbird", "declined", now=DURING)
    newer = clients.answer(letter, "gmail", "accepted", now=DURING + timedelta(hours=1))
    assert take(scene, newer, "1", DURING + timedelta(hours=2)).outcome == "counted"
    assert take(scene, older, "2", DURING + timedelta(hours=3)).outcome == "older"
    assert attending(scene) == "accepted"
    later = clients.answer(letter, "apple", "maybe", now=DURING + timedelta(hours=4))
    assert take(scene, later, "3", DURING + timedelta(hours=4)).outcome == "counted"
    assert attending(scene) == "maybe"
    assert len(kept(scene)) == 3


def test_an_answer_to_the_old_date_does_not_count_and_is_shown_as_such(scene):
    raw = clients.answer(invite(scene), "thunderbird", "accepted", now=DURING)
    moved(scene)
    assert take(scene, raw).outcome == "old_date"
    assert attending(scene) == "invited"
    with scene.database.session() as session:
        listed = inbound_triage.read(session, planner(scene), everything=True)
    assert listed.lines[0].outcome == "old_date"


@BOTH
def test_another_address_waits_for_the_organiser_who_may_let_it_count(scene):
    raw = clients.answer(invite(scene), "outlook", "accepted", now=DURING, sender="liis@mujal.example")
    mail = take(scene, raw)
    assert mail.outcome == "other_address"
    assert attending(scene) == "invited"
    who = planner(scene)
    scene.database.transaction(
        lambda s: inbound_triage.count(s, who, mail.id, office=scene.office, now=DURING)
    )
    assert attending(scene) == "accepted"
    with pytest.raises(Conflict):
        scene.database.transaction(
            lambda s: inbound_triage.count(s, who, mail.id, office=scene.office, now=DURING)
        )


def test_a_proposed_time_and_a_delegate_wait_for_the_organiser(scene):
    letter = invite(scene)
    countered = clients.answer(letter, "outlook", "declined", now=DURING, later_by=timedelta(hours=2))
    assert take(scene, countered).outcome == "countered"
    row = kept(scene)[0]
    assert (row.state, attending(scene)) == ("waiting", "invited")
    with scene.database.session() as session:
        meeting = session.get_one(Meeting, (HOME, scene.meeting_id))
        session.expunge_all()
    assert row.proposed_start == meeting.starts_at + timedelta(hours=2)


def test_words_beside_an_answer_are_counted_and_read_by_a_person(scene):
    raw = clients.answer(invite(scene), "gmail", "accepted", now=DURING, comment="Vajan viipekeele tõlki")
    assert take(scene, raw).outcome == "counted"
    assert (kept(scene)[0].state, kept(scene)[0].text) == ("waiting", "Vajan viipekeele tõlki")


def test_a_token_made_up_changes_nothing(scene):
    letter = invite(scene)
    token = scene.office.postmark.token(f"invitation:{scene.invitation_id}")
    forged = clients.answer(letter.replace(token.encode(), b"a" * 24), "apple", "declined", now=DURING)
    raw = forged.replace(token.encode(), b"a" * 24)
    assert take(scene, raw).outcome in ("no_token", "counted")
    address = reply_address(scene).replace(token, "b" * 24)
    mail = take(scene, words(scene, "Ettepanek", to=address), "2")
    assert mail.outcome == "no_case"


@BOTH
def test_the_same_mail_by_two_ways_is_one_mail(scene):
    raw = clients.answer(invite(scene), "apple", "declined", now=DURING)
    first, again, other = take(scene, raw, "imap:1"), take(scene, raw, "imap:1"), take(scene, raw, "lmtp:x")
    assert (first.new, again.new, other.new) == (True, False, False)
    assert first.id == again.id == other.id
    assert len(kept(scene)) == 1
    assert {key.source_key for key in kept(scene, IncomingKey)} == {"imap:1", "lmtp:x"}


def test_the_original_is_kept_unchanged(scene):
    raw = words(scene, "Soovime kaldteed.\r\n-- \r\nMart") + b"\r\n\xff\xfe odd bytes"
    take(scene, raw)
    assert scene.store.get(HOME, kept(scene)[0].digest) == raw


def report(scene: Scene, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {reply_address(scene)}\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nSorry.\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {ASSOCIATION}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b--\r\n"
    ).encode()


@BOTH
def test_a_returned_letter_counts_as_not_arrived_and_its_address_is_left_alone(scene):
    invite(scene)
    assert take(scene, report(scene)).outcome == "bounced"
    letter = kept(scene, OutgoingLetter)[-1]
    assert (letter.state, "no such user" in letter.answer) == ("failed", True)
    assert kept(scene, Organisation)[0].undeliverable_since == DURING
    assert kept(scene)[0].state == "waiting", "the planner must find another way"


def test_a_full_mailbox_and_a_delay_do_not_condemn_the_address(scene):
    invite(scene)
    assert take(scene, report(scene, "4.4.1", "delayed"), "1").outcome == "delayed"
    assert take(scene, report(scene, "5.2.2"), "2").outcome == "bounced"
    assert kept(scene, Organisation)[0].undeliverable_since is None


@BOTH
def test_words_become_an_opinion_in_waiting_that_its_author_confirms(scene):
    invite(scene)
    raw = words(scene, "Soovime kaldteed.\n\nVald kirjutas 5.1.2027:\n> Palume arvamust.")
    assert take(scene, raw).outcome == "opinion_waits"
    said = kept(scene, Feedback)[0]
    assert (said.state, said.text, said.channel) == (UNCONFIRMED, "Soovime kaldteed.", "mail")
    assert said.invitation_id == scene.invitation_id
    assert "Palume arvamust." in kept(scene)[0].cut
    asked = [letter for letter in kept(scene, OutgoingLetter) if letter.kind == "confirm"]
    assert [letter.recipient_address for letter in asked] == [ASSOCIATION]
    token = scene.links.token("opinion", said.id)
    scene.database.transaction(
        lambda s: opinion_link.confirm(
            s, HOME, token, "et", links=scene.links, post=scene.post(s, DURING), now=DURING
        )
    )
    assert kept(scene, Feedback)[0].state == RECEIVED
    with scene.database.session() as session:
        assert inbound_triage.read(session, planner(scene)).lines == ()


def test_an_official_confirms_an_opinion_for_its_author(scene):
    invite(scene)
    mail = take(scene, words(scene, "Soovime kaldteed."))
    who = planner(scene)
    scene.database.transaction(lambda s: inbound_triage.confirm(s, who, mail.id, desk=desk(scene, s)))
    assert kept(scene, Feedback)[0].state == RECEIVED
    assert "receipt" in {letter.kind for letter in kept(scene, OutgoingLetter)}


def test_an_offices_advice_by_mail_is_no_opinion_and_waits_for_a_planner(scene):
    with scene.write() as session:
        said = Feedback(
            municipality_id=HOME, consultation_id=scene.case_id, round_id=scene.round_id, receipt="2027-7",
            submission_key="k", received_at=DURING, text="Pink!",
        )  # fmt: skip
        session.add(said)
        session.flush()
        item = Item(
            municipality_id=HOME, consultation_id=scene.case_id, feedback_id=said.id, place=1, text="Pink!",
            changed_by="aino", changed_at=DURING,
        )  # fmt: skip
        session.add(item)
        session.flush()
        asked = Advice(
            municipality_id=HOME, item_id=item.id, adviser_name="Transpordiamet", adviser_email="amet@post.example",
            asked_by="aino", asked_at=DURING, link_digest="d",
        )  # fmt: skip
        session.add(asked)
        session.flush()
        scene.post(session, DURING).advice_asked(
            scene.case(session), asked, feedback_id=said.id, token="t" * 64
        )
    letter = kept(scene, OutgoingLetter)[-1]
    raw = words(scene, "Pink jäägu.", sender="amet@post.example", to=letter.sender_address)
    assert take(scene, raw).outcome == "advice_by_mail"
    assert len(kept(scene, Feedback)) == 1
    with scene.database.session() as session:
        (line,) = inbound_triage.read(session, planner(scene)).lines
        assert inbound_triage.one(session, planner(scene), line.id, now=DURING).advice_on == said.id


def test_a_late_opinion_by_mail_is_kept_and_marked_late(scene):
    invite(scene)
    mail = take(scene, words(scene, "Hilinesime, aga soovime kaldteed."), now=AFTER)
    assert mail.outcome == "opinion_waits"
    who = planner(scene)
    scene.database.transaction(lambda s: inbound_triage.confirm(s, who, mail.id, desk=desk(scene, s, AFTER)))
    assert kept(scene, Feedback)[0].state == LATE_WAITING
    later = take(scene, words(scene, "Väga hilja."), "2", now=CLOSES + timedelta(days=60))
    assert later.outcome == "no_round"


def test_a_sender_gets_at_most_one_automatic_answer_a_day(scene):
    invite(scene)
    for number in range(3):
        take(scene, words(scene, f"Ettepanek {number}"), str(number), DURING + timedelta(minutes=number))
    assert sum(letter.kind == "confirm" for letter in kept(scene, OutgoingLetter)) == 1
    assert len(kept(scene, Feedback)) == 3, "all are kept"


@pytest.mark.parametrize(
    "head",
    ["Auto-Submitted: auto-replied\r\n", "List-Id: <a.b>\r\n", "Precedence: bulk\r\n", "Return-Path: <>\r\n"],
)
def test_automatic_mail_is_never_answered_nor_an_opinion(scene, head):
    invite(scene)
    before = len(kept(scene, OutgoingLetter))
    assert take(scene, words(scene, "Olen puhkusel.", head=head)).outcome in (
        "auto_reply",
        "bounce_unplaced",
        "bounced",
    )
    assert (len(kept(scene, OutgoingLetter)), kept(scene, Feedback)) == (before, [])


def test_files_are_checked_as_uploads_are(scene):
    invite(scene)
    part = "--b\r\nContent-Type: application/pdf; name={0}\r\nContent-Disposition: attachment; filename={0}\r\n\r\n{1}\r\n"
    raw = (
        f"From: {ASSOCIATION}\r\nTo: {reply_address(scene)}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nVt lisa.\r\n"
        + part.format("plaan.pdf", "%PDF-1.7 x") + part.format("viirus.exe", "MZ") + part.format("vale.pdf", "MZ") + "--b--"
    ).encode()  # fmt: skip
    take(scene, raw)
    assert [file.filename for file in kept(scene, Attachment)] == ["plaan.pdf"]
    assert kept(scene)[0].note == "viirus.exe, vale.pdf"


def test_an_official_passes_a_letter_on_and_its_author_gets_an_opinion(scene):
    inline = (
        "Palun registreerida.\n\n---------- Edastatud kiri ---------\nSaatja: Leida Lepp <leida@kodu.example>\n"
        "Kuupäev: E, 5. jaanuar 2027\nTeema: Kooli tänav dp-2027-1\n\nSoovin pinki.\n"
    )
    raw = words(
        scene,
        inline,
        sender="aino@naidisvald.example",
        to="osalus@naidisvald.example",
        subject="Fwd: Kooli tänav",
    )
    mail = take(scene, raw)
    assert mail.outcome == "opinion_waits"
    said = kept(scene, Feedback)[0]
    assert (said.author_name, said.author_email, said.text) == (
        "Leida Lepp",
        "leida@kodu.example",
        "Soovin pinki.",
    )
    assert kept(scene, OutgoingLetter) == [], (
        "the official confirms; nobody is written to by a forged sender's wish"
    )
    stranger = words(
        scene, inline, sender="keegi@mujal.example", to="osalus@naidisvald.example", subject="Fwd: Kooli"
    )
    take(scene, stranger, "2")
    assert kept(scene, Feedback)[-1].author_email == "keegi@mujal.example"


@BOTH
def test_what_nobody_can_place_is_registered_by_a_person(scene):
    mail = take(
        scene, words(scene, "Kas pink tuleb?", sender="leida@kodu.example", to="vald@naidisvald.example")
    )
    assert mail.outcome == "no_case"
    form = Register(number="dp-2027-1", name="Leida Lepp", email="leida@kodu.example", text="Soovin pinki.")
    who = planner(scene)
    scene.database.transaction(lambda s: inbound_triage.register(s, who, mail.id, form, desk=desk(scene, s)))
    assert [(said.state, said.text) for said in kept(scene, Feedback)] == [(RECEIVED, "Soovin pinki.")]
    assert len(kept(scene, FeedbackVersion)) == 1


@BOTH
def test_unreadable_mail_waits_and_can_be_put_aside(scene):
    mail = take(scene, b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCAL")
    who = planner(scene)
    with scene.database.session() as session:
        assert [line.id for line in inbound_triage.read(session, who).lines] == [mail.id]
    scene.database.transaction(lambda s: inbound_triage.aside(s, who, mail.id, "Vaadatud", now=DURING))
    with scene.database.session() as session:
        assert inbound_triage.read(session, who).lines == ()
        assert inbound_triage.one(session, who, mail.id, now=DURING).note == "Vaadatud"


def test_mail_is_for_planners_alone(scene):
    outsider = Actor(HOME, "x", frozenset({"committee"}))
    with scene.database.session() as session, pytest.raises(NotAllowed):
        inbound_triage.read(session, outsider)


def test_an_opinion_before_the_first_round_is_confirmed_by_its_link_then_and_while_the_round_is_open(scene):
    with scene.database.open_transaction() as session:
        session.delete(scene.round(session))
    invite(scene)
    assert take(scene, words(scene, "Varane ettepanek.")).outcome == "opinion_waits"
    take(scene, words(scene, "Teine varane ettepanek."), "2", DURING + timedelta(days=2))
    first, second = kept(scene, Feedback)

    def confirm(said, now):
        token = scene.links.token("opinion", said.id)
        return scene.database.transaction(
            lambda s: opinion_link.confirm(
                s, HOME, token, "et", links=scene.links, post=scene.post(s, now), now=now
            )
        )

    assert confirm(first, DURING).can_change
    with scene.database.open_transaction() as session:
        scene.add_round(session, opens_at=DURING + timedelta(days=3), closes_at=CLOSES)
    assert confirm(second, DURING + timedelta(days=4)).state == RECEIVED
    assert [said.state for said in kept(scene, Feedback)] == [RECEIVED, RECEIVED]
