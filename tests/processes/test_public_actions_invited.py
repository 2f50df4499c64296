"""What an invited organisation does through its link; on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from processes.accommodation import Need
from processes.actions import invitation_answer
from processes.actions.giving import File
from processes.actions.invitation_answer import Answer
from processes.actions.invitation_view import invitation_view, masked
from processes.database import Database
from processes.errors import LinkNotValid, Refused, TooLate
from processes.feedback import LATE_WAITING, RECEIVED, WITHDRAWN, FeedbackVersion
from processes.invitation import UNINVITED, Approval
from processes.meeting import CANCELLED, Attendance, Meeting
from tests.processes.public_scene import AFTER, CLOSES, DURING, HOME, KEY, OPENS, PDF, Scene


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(database_url)
    yield Scene(database, tmp_path)
    database.close()


def answer(
    scene: Scene, now: datetime = DURING, files: Any = (), token: str | None = None, **typed: Any
) -> Any:
    given = Answer(**{"key": KEY, **typed})
    return scene.database.transaction(
        lambda s: invitation_answer.answer(
            s, HOME, token or scene.token, given, files,
            links=scene.links, store=scene.store, post=scene.post(s, now), now=now,
        )
    )  # fmt: skip


def do(scene: Scene, action: Any, *more: Any, now: datetime = DURING, token: str | None = None) -> Any:
    return scene.database.transaction(
        lambda s: action(
            s, HOME, token or scene.token, *more, links=scene.links, post=scene.post(s, now), now=now
        )
    )


def see(scene: Scene, now: datetime, session: Session) -> None:
    invitation_answer.opened(session, HOME, scene.token, links=scene.links, now=now)


def view(scene: Scene, now: datetime = DURING, token: str | None = None) -> Any:
    with scene.database.session() as session:
        return invitation_view(session, HOME, token or scene.token, "et", links=scene.links, now=now)


def meet(scene: Scene, **more: Any) -> None:
    with scene.write() as session:
        scene.add_meeting(session, **more)


def rows(scene: Scene, table: Any) -> Any:
    with scene.database.session() as session:
        found = list(session.exec(select(table)).all())
        session.expunge_all()
        return found


def test_looking_leaves_no_trace_and_saying_that_it_was_seen_is_noted_once(scene: Scene) -> None:
    view(scene)
    with scene.database.session() as session:
        assert scene.invitation(session).opened_at is None
    for now in (DURING, AFTER):
        scene.database.transaction(partial(see, scene, now))
    with scene.database.session() as session:
        assert scene.invitation(session).opened_at == DURING


def test_an_organisation_says_it_comes_what_it_needs_and_what_it_thinks_in_one_form(scene: Scene) -> None:
    meet(scene)
    done = answer(
        scene, meeting="accepted", needs=("SIGN", "OTHER"), other="Eesistuja ees", text="Kõnnitee laiemaks."
    )
    assert set(done.parts) == {"meeting", "needs", "opinion"}
    assert done.receipt == "2027-1"
    (coming,) = rows(scene, Attendance)
    assert (coming.answer, coming.answered_at) == ("accepted", DURING)
    needs = {need.kind: need for need in rows(scene, Need)}
    assert needs["SIGN"].arrange_by == date(2027, 1, 14)
    assert needs["SIGN"].delete_on == date(2027, 2, 27)
    assert (needs["OTHER"].details, needs["SIGN"].details) == ("Eesistuja ees", "")
    with scene.database.session() as session:
        (opinion,) = scene.opinions(session)
        assert (opinion.author_name, opinion.author_kind, opinion.state) == (
            "Näidisvalla Kurtide Selts",
            "organisation",
            RECEIVED,
        )
        (letter,) = scene.letters(session)
        assert (letter.kind, letter.recipient_address) == ("receipt", "mart@selts.example")


def test_the_meeting_alone_can_be_answered_and_answered_otherwise_later(scene: Scene) -> None:
    meet(scene)
    assert answer(scene, meeting="maybe").parts == ("meeting",)
    answer(scene, key="x" * 24, meeting="declined")
    assert rows(scene, Attendance)[0].answer == "declined"
    assert view(scene).meeting.answer == "declined"


def test_a_need_no_longer_ticked_is_deleted_unless_it_was_already_ordered(scene: Scene) -> None:
    meet(scene)
    answer(scene, meeting="accepted", needs=("SIGN", "LOOP"))
    with scene.write() as session:
        need = session.exec(select(Need).where(Need.kind == "SIGN")).one()
        need.state = "booked"
        session.add(need)
    answer(scene, key="x" * 24, meeting="accepted", needs=())
    assert [(need.kind, need.state) for need in rows(scene, Need)] == [("SIGN", "withdrawn")]
    assert view(scene).needs == ()


def test_an_ordered_need_ticked_again_stays_ordered(scene: Scene) -> None:
    meet(scene)
    answer(scene, meeting="accepted", needs=("SIGN",))
    with scene.write() as session:
        need = session.exec(select(Need)).one()
        need.state = "booked"
        session.add(need)
    answer(scene, key="x" * 24, meeting="maybe", needs=("SIGN",))
    assert rows(scene, Need)[0].state == "booked"


def test_the_same_form_twice_is_one_opinion_with_one_version(scene: Scene) -> None:
    first = answer(scene, text="Kõnnitee laiemaks.")
    second = answer(scene, text="Kõnnitee laiemaks.")
    assert first.receipt == second.receipt
    assert len(rows(scene, FeedbackVersion)) == 1


def test_a_double_click_in_two_threads_is_one_opinion(scene: Scene) -> None:
    with ThreadPoolExecutor(4) as pool:
        receipts = set(pool.map(lambda _: answer(scene, text="Kõnnitee laiemaks.").receipt, range(4)))
    assert receipts == {"2027-1"}
    assert len(rows(scene, FeedbackVersion)) == 1


def test_new_words_are_a_new_version_of_the_same_opinion(scene: Scene) -> None:
    answer(scene, text="Kõnnitee laiemaks.")
    answer(scene, key="x" * 24, text="Kõnnitee kolm meetrit.", files=(File("joonis.pdf", PDF),))
    shown = view(scene).opinion
    assert (shown.receipt, shown.version, shown.text) == ("2027-1", 2, "Kõnnitee kolm meetrit.")
    assert [file.filename for file in shown.files] == ["joonis.pdf"]


def test_answering_the_meeting_with_the_opinion_still_in_the_form_makes_no_new_version(scene: Scene) -> None:
    meet(scene)
    answer(scene, text="Kõnnitee laiemaks.")
    done = answer(scene, key="x" * 24, text="Kõnnitee laiemaks.", meeting="accepted")
    assert done.parts == ("meeting",)
    assert view(scene).opinion.version == 1


def test_an_opinion_can_be_withdrawn_until_the_deadline_and_given_anew(scene: Scene) -> None:
    answer(scene, text="Kõnnitee laiemaks.")
    assert do(scene, invitation_answer.withdraw) == "2027-1"
    assert view(scene).opinion is None
    assert answer(scene, key="x" * 24, text="Mõtlesime ümber.").receipt == "2027-2"
    with scene.database.session() as session:
        assert [it.state for it in scene.opinions(session)] == [WITHDRAWN, RECEIVED]
        assert [it.kind for it in scene.letters(session)] == ["receipt", "withdrawn", "receipt"]


def test_after_the_deadline_the_opinion_stands_and_only_a_late_one_with_a_reason_is_taken(
    scene: Scene,
) -> None:
    answer(scene, text="Kõnnitee laiemaks.")
    with pytest.raises(TooLate):
        do(scene, invitation_answer.withdraw, now=AFTER)
    with pytest.raises(TooLate) as late:
        answer(scene, AFTER, key="x" * 24, text="Veel üks mõte.")
    assert late.value.params["late_open"] is True
    done = answer(
        scene, AFTER, key="x" * 24, text="Veel üks mõte.", late=True, late_reason="Koosolek oli hiljem."
    )
    assert done.late
    with scene.database.session() as session:
        assert [it.state for it in scene.opinions(session)] == [RECEIVED, LATE_WAITING]


def test_the_meeting_can_still_be_answered_after_the_deadline_of_opinions(scene: Scene) -> None:
    meet(scene)
    assert answer(scene, AFTER, meeting="accepted").parts == ("meeting",)


def test_no_comments_is_an_answer_and_an_opinion_given_later_replaces_it(scene: Scene) -> None:
    assert answer(scene, no_comments=True).parts == ("no_comments",)
    assert view(scene).no_comments_at == DURING
    answer(scene, key="x" * 24, text="Siiski.")
    assert view(scene).no_comments_at is None


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({}, "", "nothing_answered"),
        ({"text": "a" * 20_001}, "text", "too_long"),
        ({"meeting": "perhaps"}, "meeting", "not_a_choice"),
        ({"needs": ("HELICOPTER",)}, "needs", "not_a_choice"),
        ({"needs": ("OTHER",), "other": " "}, "other", "other_needed"),
        ({"needs": ("OTHER",), "other": "a" * 501}, "other", "too_long"),
        ({"no_comments": True, "text": "aga siiski"}, "no_comments", "comments_and_none"),
        ({"approval": "approved"}, "approval", "not_a_choice"),
        ({"text": "x", "key": ""}, "", "form_incomplete"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field_and_nothing_of_the_form_is_kept(
    scene: Scene, typed: dict[str, Any], field: str, code: str
) -> None:
    meet(scene)
    with pytest.raises(Refused) as refused:
        answer(scene, **{"meeting": "", **typed})
    assert refused.value.problems[field].code == code
    with scene.database.session() as session:
        assert scene.opinions(session) == []
        assert scene.invitation(session).answered_at is None
    assert rows(scene, Need) == []


def test_a_refused_file_keeps_the_meeting_unanswered_too(scene: Scene) -> None:
    meet(scene)
    with pytest.raises(Refused) as refused:
        answer(scene, meeting="accepted", files=(File("kiri.exe", b"MZ"),))
    assert refused.value.problems["files"].code == "file_kind"
    assert rows(scene, Attendance)[0].answer == "invited"


def test_unknown_revoked_and_uninvited_links_are_told_alike(scene: Scene) -> None:
    old = scene.token
    with scene.write() as session:
        invitation = scene.invitation(session)
        scene.links.renew(invitation)
        session.add(invitation)
        new = scene.links.of(invitation)
    for token in (old, "0" * 64, ""):
        with pytest.raises(LinkNotValid):
            view(scene, token=token or "x")
    assert view(scene, token=new).organisation == "Näidisvalla Kurtide Selts"
    with scene.write() as session:
        invitation = scene.invitation(session)
        invitation.state = UNINVITED
        session.add(invitation)
    with pytest.raises(LinkNotValid):
        answer(scene, token=new, text="Kas keegi kuuleb?")


def test_a_resident_s_link_does_not_open_an_invitation(scene: Scene) -> None:
    with pytest.raises(LinkNotValid):
        view(scene, token=scene.links.token("opinion", scene.invitation_id))


def test_saying_that_it_is_not_us_kills_the_link_and_tells_the_planner(scene: Scene) -> None:
    do(scene, invitation_answer.not_us)
    with pytest.raises(LinkNotValid):
        view(scene)
    with scene.database.session() as session:
        assert scene.invitation(session).not_us_at == DURING
        (letter,) = scene.letters(session)
        assert (letter.kind, letter.recipient_address) == ("not_us", "aino@naidisvald.example")


def test_a_link_is_passed_on_knowingly_to_one_good_address(scene: Scene) -> None:
    do(scene, invitation_answer.forward, "tiina@selts.example")
    with pytest.raises(Refused) as refused:
        do(scene, invitation_answer.forward, "tiina@")
    assert refused.value.problems["address"].code == "not_an_email"
    with scene.database.session() as session:
        (letter,) = scene.letters(session)
        assert (letter.kind, letter.recipient_address) == ("forwarded", "tiina@selts.example")
        assert scene.token.encode() in letter.content.replace(b"=\r\n", b"")


def test_before_the_first_round_an_invited_organisation_is_already_heard(scene: Scene) -> None:
    with scene.write() as session:
        session.delete(scene.round(session))
    assert view(scene).gate.state == "early"
    answer(scene, text="Mõelge varakult ratastoolile.")
    with scene.database.session() as session:
        (opinion,) = scene.opinions(session)
        assert (opinion.round_id, opinion.state) == (None, RECEIVED)


def test_an_opinion_given_early_stays_and_the_round_asks_anew(scene: Scene) -> None:
    answer(scene, OPENS - timedelta(days=2), text="Varajane mõte.")
    answer(scene, DURING, key="x" * 24, text="Mõte väljapanekul.")
    with scene.database.session() as session:
        assert len(scene.opinions(session)) in {1, 2}


def test_the_next_meeting_is_shown_and_a_cancelled_or_past_one_is_not(scene: Scene) -> None:
    meet(scene, starts_at=CLOSES, ends_at=CLOSES + timedelta(hours=1), uid="a@x.example")
    meet(
        scene,
        starts_at=CLOSES + timedelta(days=5),
        ends_at=CLOSES + timedelta(days=5, hours=1),
        uid="b@x.example",
    )
    assert view(scene).meeting.starts_at == CLOSES
    with scene.write() as session:
        first = session.exec(select(Meeting).where(Meeting.uid == "a@x.example")).one()
        first.state = CANCELLED
        session.add(first)
    assert view(scene).meeting.starts_at == CLOSES + timedelta(days=5)
    assert view(scene, CLOSES + timedelta(days=6)).meeting is None


def test_a_need_that_comes_too_late_to_order_is_said_so_and_not_hidden(scene: Scene) -> None:
    meet(scene)
    kinds = {kind.code: kind for kind in view(scene, CLOSES).kinds}
    assert kinds["SIGN"].too_late
    assert not kinds["DOG"].too_late


def test_an_authority_approves_with_conditions_in_words(scene: Scene) -> None:
    with scene.write() as session:
        invitation = scene.invitation(session)
        invitation.purpose = "approval"
        row = scene.add_round(session, phase="approval")
        session.add(
            Approval(
                municipality_id=HOME, round_id=row.id, invitation_id=invitation.id, due_on=date(2027, 2, 1)
            )
        )
        session.add(invitation)
    with pytest.raises(Refused) as refused:
        answer(scene, approval="conditions")
    assert refused.value.problems["text"].code == "conditions_wanted"
    assert answer(scene, approval="conditions", text="Lisage tuletõrje veevõtukoht.").parts == ("approval",)
    (approval,) = rows(scene, Approval)
    assert (approval.result, approval.conditions, approval.answered_on) == (
        "conditions",
        "Lisage tuletõrje veevõtukoht.",
        date(2027, 1, 7),
    )


def test_behind_a_link_the_address_is_recognisable_but_not_given_away() -> None:
    assert masked("mart@selts.example") == "m…@selts.example"
    assert masked("") == ""
