"""What is decided about mail after it came: proposals, files that wait for a scanner, originals that go in their time."""

# ruff: noqa: F811  the scene is the fixture of the other file

from __future__ import annotations

import base64
import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import select

from notifications import clients
from notifications.inbound import mime
from notifications.inbound.classify import classify
from notifications.lint import check
from notifications.outbox import OutgoingLetter
from processes import attendance
from processes.actions import inbound_proposal, inbound_triage, opinions_of_case, session_place
from processes.actions.retention import AFTER_CASE, PUT_ASIDE, UNASKED, Retention, forget_mail
from processes.actions.scanning import AGAIN_AFTER, Scanning
from processes.committee import Committee, CommitteeMember
from processes.consultation import ENDED
from processes.document import Attachment, Store
from processes.errors import Conflict, FileInfected, FileWaits, LinkNotValid, NotFound, Refused, TooLate
from processes.feedback import RECEIVED, Feedback
from processes.inbound import IncomingMail
from processes.meeting import Attendance, Meeting, MeetingAnswer
from processes.person import Person
from processes.summary import Summary
from tests.processes.public_scene import AFTER, DURING, HOME
from tests.processes.test_inbound import (  # noqa: F401  the scene is a fixture
    ASSOCIATION,
    BOTH,
    attending,
    desk,
    invite,
    kept,
    moved,
    planner,
    reply_address,
    scene,
    take,
    words,
)


def asked(scene):
    with scene.database.session() as session:
        return attendance.of_meeting(session, session.get_one(Meeting, (HOME, scene.meeting_id)))


def countered(scene):
    raw = clients.answer(invite(scene), "outlook", "declined", now=DURING, later_by=timedelta(hours=2))
    return take(scene, raw)


def decline(scene, mail_id, reason="Tõlk saab tulla vaid sel ajal"):
    who = planner(scene)
    scene.database.transaction(
        lambda s: inbound_proposal.decline(s, who, mail_id, reason, office=scene.office, now=DURING)
    )


def test_a_no_to_another_time_reaches_the_calendar_that_asked_and_is_said_once(scene):
    mail = countered(scene)
    with pytest.raises(Refused):
        decline(scene, mail.id, " ")
    decline(scene, mail.id)
    with pytest.raises(Conflict):
        decline(scene, mail.id)
    letter = kept(scene, OutgoingLetter)[-1]
    assert (letter.kind, letter.recipient_address, check(letter.content)) == (
        "counter_declined",
        ASSOCIATION,
        [],
    )
    text = calendar_of(letter)
    assert "METHOD:DECLINECOUNTER" in text
    assert "COMMENT:Tõlk saab tulla" in text
    meeting = kept(scene, Meeting)[0]
    assert (f"UID:{meeting.uid}" in text, "DTSTART" in text, attending(scene)) == (True, False, "invited")
    assert kept(scene)[0].outcome == "counter_declined"


def test_a_proposal_is_settled_by_moving_that_meeting_and_no_other(scene):
    mail, who = countered(scene), planner(scene)
    with scene.database.session() as session:
        (one,) = inbound_proposal.waiting(session, HOME, scene.case_id, now=DURING)
    assert one.can_move
    assert one.proposed_end - one.proposed_start == timedelta(hours=2)
    settle = lambda meeting: scene.database.transaction(  # noqa: E731
        lambda s: inbound_proposal.moved(s, who, mail.id, meeting, now=DURING)
    )
    settle("another")
    assert kept(scene)[0].state == "waiting"
    settle(scene.meeting_id)
    assert kept(scene)[0].outcome == "counter_accepted"


@pytest.mark.parametrize("comes", [True, False])
def test_somebody_else_comes_only_when_an_organiser_says_so(scene, comes):
    raw = clients.answer(invite(scene), "thunderbird", "declined", now=DURING)
    raw = change_calendar(
        raw, b"PARTSTAT=DECLINED", b'PARTSTAT=DELEGATED;DELEGATED-TO="mailto:liis@selts.example"'
    )
    mail = take(scene, raw)
    assert (mail.outcome, attending(scene)) == ("delegated", "invited")
    if not comes:
        decline(scene, mail.id)
        assert kept(scene, OutgoingLetter)[-1].kind == "delegate_declined"
        assert attending(scene) == "invited"
        return
    who = planner(scene)
    scene.database.transaction(
        lambda s: inbound_proposal.delegate(s, who, mail.id, send_link=True, office=scene.office, now=DURING)
    )
    assert (attending(scene), asked(scene)[0].delegate) == ("accepted", "liis@selts.example")
    invited, passed_on = [
        it for it in kept(scene, OutgoingLetter) if it.recipient_address == "liis@selts.example"
    ]
    assert (invited.kind, passed_on.kind, check(invited.content)) == ("delegate", "forwarded", [])
    said = calendar_of(invited)
    assert "METHOD:REQUEST" in said
    assert (
        f'PARTSTAT=DELEGATED;ROLE=REQ-PARTICIPANT;DELEGATED-TO="mailto:liis@selts.example":mailto:{ASSOCIATION}'
        in said
    )
    assert f'DELEGATED-FROM="mailto:{ASSOCIATION}":mailto:liis@selts.example' in said
    assert invited.sender_address == reply_address(scene)

    answer = clients.answer(invited.content, "gmail", "maybe", now=DURING + timedelta(hours=1))
    assert take(scene, answer, "2", DURING + timedelta(hours=1)).outcome == "counted"
    assert (attending(scene), asked(scene)[0].delegate) == ("maybe", "liis@selts.example")

    moved(scene)
    tell(scene, lambda post, meeting, seats: post.meeting_set(meeting, seats))
    later = [it for it in kept(scene, OutgoingLetter) if it.recipient_address == "liis@selts.example"][-1]
    assert "SEQUENCE:1" in calendar_of(later)

    own = next(it for it in reversed(kept(scene, OutgoingLetter)) if it.kind == "meeting_moved")
    answer = clients.answer(own.content, "apple", "declined", now=DURING + timedelta(hours=3))
    assert take(scene, answer, "3", DURING + timedelta(hours=3)).outcome == "counted"
    assert (attending(scene), asked(scene)[0].delegate) == ("declined", "")
    released = kept(scene, OutgoingLetter)[-1]
    assert (released.kind, released.recipient_address) == ("delegate_over", "liis@selts.example")
    assert "METHOD:CANCEL" in calendar_of(released)
    assert "SEQUENCE:2" in calendar_of(released)


def test_a_called_off_meeting_leaves_the_calendar_of_whoever_was_sent_too(scene):
    invite(scene)
    with scene.database.open_transaction() as session:
        row = session.get_one(Attendance, (HOME, scene.meeting_id, scene.invitation_id))
        row.answer, row.delegate = "accepted", "liis@selts.example"
        session.add(row)
    tell(scene, lambda post, meeting, seats: post.meeting_cancelled(meeting, seats, reason="Saal on kinni"))
    cancelled = {it.recipient_address for it in kept(scene, OutgoingLetter) if it.kind == "meeting_cancelled"}
    assert cancelled == {ASSOCIATION, "liis@selts.example"}


def tell(scene, say):
    """Let the post tell everyone in the meeting something, an hour later."""
    with scene.database.open_transaction() as session:
        meeting = session.get_one(Meeting, (HOME, scene.meeting_id))
        seats = session.exec(select(Attendance).where(Attendance.meeting_id == meeting.id)).all()
        say(scene.post(session, DURING + timedelta(hours=2)), meeting, seats)


def calendar_of(letter):
    """The calendar part of a letter, its lines unfolded."""
    part = next(it for it in mime.parse(letter.content).walk() if it.content_type == "text/calendar")
    return part.content().decode().replace("\r\n ", "")


def change_calendar(raw: bytes, old: bytes, new: bytes) -> bytes:
    """The same answer with a word of its calendar changed."""

    def change(found: re.Match[bytes]) -> bytes:
        text = base64.b64decode(found[0])
        return (
            base64.encodebytes(text.replace(b"\r\n ", b"").replace(old, new))
            if b"VCALENDAR" in text
            else found[0]
        )

    return re.sub(rb"(?:[A-Za-z0-9+/=]{40,}\r?\n)+(?:[A-Za-z0-9+/=]+\r?\n)?", change, raw)


@BOTH
def test_every_answer_is_kept_with_its_way_and_the_latest_counts(scene):
    letter = invite(scene)
    take(scene, clients.answer(letter, "gmail", "accepted", now=DURING), "1")
    with scene.database.open_transaction() as session:
        meeting = session.get_one(Meeting, (HOME, scene.meeting_id))
        for _ in range(2):
            attendance.record(
                session,
                meeting,
                "declined",
                "phone",
                now=DURING + timedelta(hours=2),
                invitation_id=scene.invitation_id,
            )
    older = clients.answer(letter, "apple", "maybe", now=DURING + timedelta(hours=1))
    assert take(scene, older, "2", DURING + timedelta(hours=3)).outcome == "older"
    (one,) = asked(scene)
    assert [(it.answer, it.channel, it.outcome) for it in one.said] == [
        ("declined", "phone", ""), ("maybe", "calendar", "older"), ("accepted", "calendar", ""),
    ]  # fmt: skip
    assert (one.answer, one.channel, one.old_date) == ("declined", "phone", False)
    moved(scene)
    assert asked(scene)[0].old_date


@BOTH
def test_a_committee_member_answers_from_the_calendar_and_by_a_link_and_neither_once_the_seat_is_gone(scene):
    with scene.database.open_transaction() as session:
        leida = Person(municipality_id=HOME, name="Leida", email="leida@naidisvald.example")
        board = Committee(municipality_id=HOME, name="Keskkonnakomisjon")
        session.add_all([leida, board])
        session.flush()
        session.add(CommitteeMember(municipality_id=HOME, committee_id=board.id, person_id=leida.id))
        meeting = scene.add_meeting(session, kind="committee", uid="session@naidisvald.example")
        session.delete(session.exec(select(Attendance).where(Attendance.meeting_id == meeting.id)).one())
        session.add(
            Summary(
                municipality_id=HOME,
                consultation_id=scene.case_id,
                committee_id=board.id,
                meeting_id=meeting.id,
            )
        )
        session.flush()
        scene.post(session, DURING).committee_invited(meeting, [leida])
    assert [(it.name, it.answer) for it in asked(scene)] == [("Leida", "invited")]
    raw = clients.answer(kept(scene, OutgoingLetter)[-1].content, "outlook", "accepted", now=DURING)
    assert take(scene, raw).outcome == "counted"
    assert [(it.answer, it.channel) for it in asked(scene)] == [("accepted", "calendar")]
    letter = message_from_bytes(kept(scene, OutgoingLetter)[-1].content, policy=policy.default)
    token = re.search(r"/et/s/(\w+)", letter.get_body(("plain",)).get_content())[1]
    say = lambda said, at: scene.database.transaction(  # noqa: E731
        lambda s: session_place.answer(s, HOME, token, said, links=scene.links, now=at)
    )
    with pytest.raises(Refused):
        say("perhaps", DURING)
    say("declined", DURING + timedelta(hours=1))
    assert [(it.answer, it.channel) for it in asked(scene)] == [("declined", "web")]
    with pytest.raises(TooLate):
        say("accepted", DURING + timedelta(days=999))
    with pytest.raises(LinkNotValid), scene.database.session() as session:
        session_place.read(session, HOME, token[:-1] + "-", "et", links=scene.links, now=DURING)
    with scene.database.open_transaction() as session:
        session.delete(session.exec(select(CommitteeMember)).one())
    raw = clients.answer(kept(scene, OutgoingLetter)[-1].content, "gmail", "declined", now=DURING)
    assert take(scene, raw, "2").outcome == "not_invited"
    assert len(kept(scene, MeetingAnswer)) == 2
    with pytest.raises(LinkNotValid):
        say("accepted", DURING)


def pdf(scene):
    return (
        f"From: {ASSOCIATION}\r\nTo: {reply_address(scene)}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nVt lisa.\r\n--b\r\nContent-Type: application/pdf; name=plaan.pdf\r\n"
        "Content-Disposition: attachment; filename=plaan.pdf\r\n\r\n%PDF-1.7 x\r\n--b--"
    ).encode()


class Fake:
    """A scanner that finds what it is told to, or is away."""

    def __init__(self, virus: bytes = b"EICAR") -> None:
        self.virus, self.away = virus, False

    def scan(self, content: bytes) -> str:
        if self.away:
            raise OSError("away")
        return "Eicar" if self.virus in content else ""


@BOTH
@pytest.mark.parametrize(("virus", "error"), [(b"nothing", None), (b"%PDF", FileInfected)])
def test_a_file_waits_for_the_scanner_and_passes_only_when_clean(scene, tmp_path, virus, error):
    scene.store = Store(tmp_path / "files", scanned=True)
    invite(scene)
    mail, who, fake = take(scene, pdf(scene)), planner(scene), Fake(virus)
    (file,) = kept(scene, Attachment)

    def opened():
        with scene.database.session() as session:
            inbound_triage.original(session, who, mail.id)
            said = session.exec(select(Feedback)).one()
            return opinions_of_case.attachment(session, who, "dp-2027-1", said.id, file.id, store=scene.store)

    now = [0.0]
    scanning = Scanning(scene.database, scene.store, fake, ticks=lambda: now[0])
    fake.away = True
    assert scanning.drain() == 0
    with pytest.raises(FileWaits):
        opened()
    fake.away = False
    assert scanning.drain() == 0, "it is asked again after a while, not in a loop"
    now[0] += AGAIN_AFTER
    assert scanning.drain() == 2
    assert scanning.drain() == 0
    if error is None:
        assert opened()[2] == b"%PDF-1.7 x"
    else:
        with pytest.raises(error):
            opened()


def test_without_a_scanner_nothing_waits(scene):
    invite(scene)
    take(scene, pdf(scene))
    assert [it.scan for it in (*kept(scene, Attachment), *kept(scene))] == ["", ""]
    assert Scanning(scene.database, scene.store, None).drain() == 0


@BOTH
def test_originals_go_when_their_case_needs_them_no_more_and_sooner_when_put_aside(scene):
    invite(scene)
    who = planner(scene)
    opinion = take(scene, words(scene, "Soovime kaldteed."), "1")
    scene.database.transaction(lambda s: inbound_triage.confirm(s, who, opinion.id, desk=desk(scene, s)))
    waits = take(scene, words(scene, "Kes?", sender="x@y.example", to="vald@naidisvald.example"), "2")
    aside = take(scene, words(scene, "Ost!", sender="x@y.example", to="vald@naidisvald.example"), "3")
    spam = take(scene, words(scene, "Raha!", sender="x@y.example", to="vald@naidisvald.example"), "4")
    quiet = take(
        scene,
        words(scene, "Puhkusel.", to="vald@naidisvald.example", head="Auto-Submitted: auto-replied\r\n"),
        "5",
    )
    scene.database.transaction(lambda s: inbound_triage.aside(s, who, aside.id, "", now=DURING))
    scene.database.transaction(lambda s: inbound_triage.aside(s, who, spam.id, "", spam=True, now=DURING))

    def left(later: timedelta) -> set[str]:
        scene.database.transaction(lambda s: forget_mail(s, scene.store, now=DURING + later))
        return {it.id for it in kept(scene) if it.erased_at is None}

    assert left(timedelta(days=6)) == {opinion.id, waits.id, aside.id, spam.id, quiet.id}
    assert left(timedelta(days=8)) == {opinion.id, waits.id, aside.id, quiet.id}
    assert left(PUT_ASIDE) == {opinion.id, waits.id, quiet.id}
    assert left(UNASKED) == {opinion.id, waits.id}
    with scene.database.open_transaction() as session:
        case = scene.case(session)
        case.state, case.ended_at = ENDED, DURING
        session.add(case)
    assert left(AFTER_CASE - timedelta(days=1)) == {opinion.id, waits.id}
    assert left(AFTER_CASE) == {waits.id}, "what waits for a person is never deleted unread"
    gone = next(it for it in kept(scene) if it.id == opinion.id)
    assert (gone.text, gone.sender, gone.outcome) == ("", "", "opinion_taken")
    with pytest.raises(FileNotFoundError):
        scene.store.get(HOME, gone.digest)
    with scene.database.session() as session, pytest.raises(NotFound):
        inbound_triage.original(session, who, opinion.id)
    assert kept(scene, Feedback)[0].text == "Soovime kaldteed.", "the opinion itself stays"
    again = take(scene, words(scene, "Soovime kaldteed."), "6", AFTER)
    assert (again.new, again.id) == (False, opinion.id)
    with pytest.raises(FileNotFoundError):
        scene.store.get(HOME, gone.digest)


def test_the_loop_erases_once_a_day(scene):
    mail, who = (
        take(scene, words(scene, "Ost!", sender="x@y.example", to="vald@naidisvald.example")),
        planner(scene),
    )
    scene.database.transaction(lambda s: inbound_triage.aside(s, who, mail.id, "", now=DURING))

    class Now:
        def now(self):
            return DURING + PUT_ASIDE

    retention = Retention(scene.database.open_transaction, Now(), scene.store)
    assert [retention.drain(), retention.drain()] == [1, 0]


FORWARDED = (
    "From: Vallavalitsus <vald@naidisvald.example>\r\nTo: osalus@naidisvald.example\r\nSubject: FW: pink\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPalun registreerida.\r\n"
    "--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=kiri.eml\r\n\r\n"
    "From: Leida Lepp <leida@kodu.example>\r\nTo: vald@naidisvald.example\r\nSubject: Kooli t, dp-2027-1\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nSoovin pinki.\r\n--b--\r\n"
)


def test_a_letter_forwarded_from_the_towns_mailbox_is_its_authors_opinion_once_confirmed(
    scene,
):
    raw = FORWARDED.encode()
    assert classify(raw).forwarded is not None
    mail, who = take(scene, raw), planner(scene)
    assert mail.outcome == "opinion_waits"
    said = kept(scene, Feedback)[0]
    assert (said.author_name, said.author_email, said.text) == (
        "Leida Lepp",
        "leida@kodu.example",
        "Soovin pinki.",
    )
    assert kept(scene, OutgoingLetter) == [], "a forged sender makes us write to nobody"
    scene.database.transaction(lambda s: inbound_triage.confirm(s, who, mail.id, desk=desk(scene, s)))
    assert kept(scene, Feedback)[0].state == RECEIVED
    assert [(it.kind, it.recipient_address) for it in kept(scene, OutgoingLetter)] == [
        ("receipt", "leida@kodu.example")
    ]
    assert scene.store.get(HOME, kept(scene, IncomingMail)[0].digest) == raw
