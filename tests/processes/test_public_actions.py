"""A resident's opinion, from the form to the link that changes it; on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from processes.actions import opinion as opinions
from processes.actions import opinion_link
from processes.actions.giving import File
from processes.actions.intake import LATE_DAYS
from processes.actions.opinion import Opinion
from processes.actions.opinion_link import Change
from processes.database import Database
from processes.errors import LinkNotValid, NotFound, NotYet, Refused, TooLate
from processes.feedback import LATE_WAITING, RECEIVED, UNCONFIRMED, WITHDRAWN, FeedbackVersion
from processes.obligation import Obligation
from tests.processes.public_scene import AFTER, CLOSES, DURING, HOME, KEY, OPENS, PDF, Scene


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(database_url)
    yield Scene(database, tmp_path)
    database.close()


def typed(**more: object) -> Opinion:
    values: dict[str, Any] = {
        "key": KEY,
        "author": "person",
        "name": "Mari Maasikas",
        "email": "mari@post.example",
    }
    return Opinion(**{**values, "text": "Palun jätke pingid alles.", **more})


def nameless(**more: object) -> Opinion:
    return typed(**{"author": "anonymous", "name": "", "email": "", **more})


def give(
    scene: Scene, opinion: Opinion, now: datetime = DURING, files: Any = (), number: str = "dp-2027-1"
) -> Any:
    return scene.database.transaction(
        lambda s: opinions.give(
            s,
            HOME,
            number,
            opinion,
            files,
            links=scene.links,
            store=scene.store,
            post=scene.post(s, now),
            now=now,
        )
    )


def token(scene: Scene) -> str:
    with scene.database.session() as session:
        return opinions.token_of(scene.links, scene.opinions(session)[0])


def confirm(scene: Scene, now: datetime = DURING) -> Any:
    it = token(scene)
    return scene.database.transaction(
        lambda s: opinion_link.confirm(s, HOME, it, "et", links=scene.links, post=scene.post(s, now), now=now)
    )


def change(scene: Scene, wanted: Change, now: datetime = DURING, files: Any = ()) -> None:
    it = token(scene)
    scene.database.transaction(
        lambda s: opinion_link.change(
            s, HOME, it, wanted, files, links=scene.links, store=scene.store, now=now
        )
    )


def withdraw(scene: Scene, now: datetime = DURING) -> Any:
    it = token(scene)
    return scene.database.transaction(
        lambda s: opinion_link.withdraw(
            s, HOME, it, "et", links=scene.links, post=scene.post(s, now), now=now
        )
    )


def only(scene: Scene) -> Any:
    with scene.database.session() as session:
        (row,) = scene.opinions(session)
        session.expunge(row)
        return row


def test_an_opinion_with_an_address_waits_for_its_confirmation_and_a_letter_carries_the_link(
    scene: Scene,
) -> None:
    receipt = give(scene, typed())
    assert (receipt.receipt, receipt.state, receipt.token) == ("2027-1", UNCONFIRMED, "")
    with scene.database.session() as session:
        (letter,) = scene.letters(session)
        assert (letter.kind, letter.recipient_address) == ("confirm", "mari@post.example")


def test_an_opinion_without_a_name_counts_at_once_and_gets_a_number_but_no_letter(scene: Scene) -> None:
    receipt = give(scene, nameless())
    row = only(scene)
    assert (row.state, row.wants_reply, row.author_name, row.author_email) == (RECEIVED, False, "", "")
    assert receipt.token == token(scene)
    with scene.database.session() as session:
        assert scene.letters(session) == []


def test_a_name_typed_before_choosing_to_be_nameless_is_not_kept(scene: Scene) -> None:
    give(scene, nameless(name="Mari", email="mari@post.example"))
    assert only(scene).author_name == "" == only(scene).author_email


def test_confirming_in_time_counts_from_the_moment_it_arrived(scene: Scene) -> None:
    give(scene, typed())
    confirm(scene, DURING + timedelta(days=2))
    row = only(scene)
    assert (row.state, row.received_at) == (RECEIVED, DURING)
    with scene.database.session() as session:
        assert [it.kind for it in scene.letters(session)] == ["confirm", "receipt"]


def test_confirming_twice_changes_nothing_and_sends_one_receipt(scene: Scene) -> None:
    give(scene, typed())
    confirm(scene)
    confirm(scene, DURING + timedelta(hours=1))
    with scene.database.session() as session:
        assert [it.kind for it in scene.letters(session)] == ["confirm", "receipt"]


def test_confirming_after_the_deadline_waits_for_the_planner_and_is_not_lost(scene: Scene) -> None:
    give(scene, typed(), CLOSES - timedelta(minutes=5))
    mine = confirm(scene, AFTER)
    assert mine.state == LATE_WAITING
    assert only(scene).late_reason == opinion_link.CONFIRMED_LATE


def test_confirming_when_late_ones_are_no_longer_read_is_too_late(scene: Scene) -> None:
    give(scene, typed())
    with pytest.raises(TooLate):
        confirm(scene, CLOSES + timedelta(days=LATE_DAYS, hours=1))
    assert only(scene).state == UNCONFIRMED


def test_opening_the_link_changes_nothing(scene: Scene) -> None:
    give(scene, typed())
    it = token(scene)
    with scene.database.session() as session:
        mine = opinion_link.open_link(session, HOME, it, "et", links=scene.links, now=DURING)
        assert (mine.state, mine.can_change) == (UNCONFIRMED, True)
        assert not session.dirty
    assert only(scene).state == UNCONFIRMED


def test_the_same_form_twice_is_one_opinion_and_the_same_receipt(scene: Scene) -> None:
    first, second = give(scene, typed()), give(scene, typed(text="teine tekst"))
    assert first.receipt == second.receipt
    assert only(scene).text == "Palun jätke pingid alles."


def test_a_double_click_in_two_threads_is_one_opinion(scene: Scene) -> None:
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: give(scene, nameless()).receipt, range(4)))
    assert set(receipts) == {only(scene).receipt}


def test_two_authors_get_two_numbers(scene: Scene) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = [f"{n}" * 24 for n in range(4)]
        receipts = set(pool.map(lambda key: give(scene, nameless(key=key)).receipt, keys))
    assert receipts == {"2027-1", "2027-2", "2027-3", "2027-4"}


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"text": "   "}, "text", "text_or_file"),
        ({"text": "a" * 20_001}, "text", "too_long"),
        ({"author": ""}, "author", "not_a_choice"),
        ({"author": "king"}, "author", "not_a_choice"),
        ({"name": ""}, "name", "name_needed"),
        ({"name": "n" * 121}, "name", "too_long"),
        ({"email": ""}, "email", "not_an_email"),
        ({"email": "mari"}, "email", "not_an_email"),
        ({"email": "mari@localhost"}, "email", "not_an_email"),
        ({"email": "mari@post.example\r\nBcc: all@post.example"}, "email", "not_an_email"),
        ({"email": "m" * 250 + "@post.example"}, "email", "too_long"),
        ({"late": True, "late_reason": " "}, "late_reason", "late_reason_needed"),
        ({"key": "short"}, "", "form_incomplete"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field_and_code_and_nothing_is_kept(
    scene: Scene, more: Any, field: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        give(scene, typed(**more))
    assert refused.value.problems[field].code == code
    with scene.database.session() as session:
        assert scene.opinions(session) == []


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (File("pilt.exe", b"MZ\x90"), "file_kind"),
        (File("plaan.pdf", b"MZ\x90 a program"), "file_mismatch"),
        (File("plaan.pdf", b""), "file_empty"),
        (File("plaan.pdf", b"%PDF-" + b"0" * 10_000_001), "file_size"),
        (File("koer\u202efdp.pdf", PDF), "file_name"),
    ],
)
def test_a_file_of_the_wrong_kind_is_named_and_the_opinion_is_not_taken_without_it(
    scene: Scene, file: File, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        give(scene, typed(), files=(File("hea.pdf", PDF), file))
    assert refused.value.problems["files"].code == code
    assert refused.value.problems["files"].params["file"] == file.filename


def test_five_files_are_kept_and_a_sixth_is_one_too_many(scene: Scene) -> None:
    give(scene, nameless(), files=tuple(File(f"{n}.pdf", PDF) for n in range(5)))
    with pytest.raises(Refused) as refused:
        give(scene, nameless(key="x" * 24), files=tuple(File(f"{n}.pdf", PDF) for n in range(6)))
    assert refused.value.problems["files"].code == "too_many_files"


def test_files_alone_are_an_opinion(scene: Scene) -> None:
    give(scene, nameless(text=""), files=(File("kiri.pdf", PDF),))
    assert only(scene).text == ""


def test_the_last_second_counts_and_the_next_is_too_late(scene: Scene) -> None:
    give(scene, nameless(), CLOSES)
    with pytest.raises(TooLate) as late:
        give(scene, nameless(key="x" * 24), CLOSES + timedelta(seconds=1))
    assert late.value.params["late_open"] is True


def test_before_the_round_nothing_is_taken_and_the_day_it_begins_is_told(scene: Scene) -> None:
    with pytest.raises(NotYet) as early:
        give(scene, nameless(), OPENS - timedelta(days=1))
    assert early.value.params["opens_at"] == OPENS


def test_a_late_opinion_with_a_reason_waits_for_the_planner(scene: Scene) -> None:
    give(scene, nameless(late=True, late_reason="Olin haiglas."), AFTER)
    row = only(scene)
    assert (row.state, row.late_reason) == (LATE_WAITING, "Olin haiglas.")


def test_the_late_path_closes_once_everyone_has_been_answered(scene: Scene) -> None:
    with scene.write() as session:
        session.add(
            Obligation(
                municipality_id=HOME,
                consultation_id=scene.case_id,
                element="answer_opinions",
                term="dp.reply.term",
                due_at=CLOSES,
                first_due_at=CLOSES,
                met_at=CLOSES + timedelta(days=1),
            )
        )
    with pytest.raises(TooLate) as late:
        give(scene, nameless(late=True, late_reason="Olin haiglas."), CLOSES + timedelta(days=2))
    assert late.value.params["late_open"] is False


def test_a_round_closed_before_its_time_takes_only_late_ones(scene: Scene) -> None:
    with scene.write() as session:
        row = scene.round(session)
        row.closed_at = DURING
        session.add(row)
    with pytest.raises(TooLate):
        give(scene, nameless(), DURING + timedelta(minutes=1))


def test_an_interrupted_round_says_so(scene: Scene) -> None:
    with scene.write() as session:
        row = scene.round(session)
        row.interrupted_at = DURING
        session.add(row)
    with pytest.raises(TooLate) as told:
        give(scene, nameless(), DURING + timedelta(minutes=1))
    assert told.value.params["gate"] == "interrupted"


def test_ticking_late_while_the_round_is_open_does_not_make_it_late(scene: Scene) -> None:
    give(scene, nameless(late=True, late_reason="kartsin hiljaks jääda"))
    assert only(scene).state == RECEIVED


def test_a_case_that_is_not_public_is_not_found(scene: Scene) -> None:
    with scene.write() as session:
        case = scene.case(session)
        case.published_at = None
        session.add(case)
    with pytest.raises(NotFound):
        give(scene, nameless())


def test_a_change_is_a_new_version_beside_the_first_words(scene: Scene) -> None:
    give(scene, typed(), files=(File("vana.pdf", PDF),))
    confirm(scene)
    link = token(scene)
    with scene.database.session() as session:
        it = opinion_link.open_link(session, HOME, link, "et", links=scene.links, now=DURING)
    old = it.files[0].id
    wanted = Change(key="x" * 24, text="Pingid ja puud.", remove=frozenset({old}))
    change(scene, wanted, files=(File("uus.pdf", PDF),))
    change(scene, wanted)
    with scene.database.session() as session:
        rows = session.exec(select(FeedbackVersion).order_by(col(FeedbackVersion.version))).all()
        assert [row.text for row in rows] == ["Palun jätke pingid alles.", "Pingid ja puud."]
        it = opinion_link.open_link(session, HOME, link, "et", links=scene.links, now=DURING)
        assert [file.filename for file in it.files] == ["uus.pdf"]
        assert it.version == 2


def test_a_change_takes_the_published_copy_back_until_it_is_looked_at_again(scene: Scene) -> None:
    give(scene, nameless())
    with scene.write() as session:
        row = scene.opinions(session)[0]
        row.public_text, row.published_at = row.text, DURING
        session.add(row)
    change(scene, Change(key="x" * 24, text="Teine jutt."))
    assert (only(scene).public_text, only(scene).published_at) == ("", None)


def test_taking_everything_out_is_refused_because_that_is_withdrawing(scene: Scene) -> None:
    give(scene, nameless())
    with pytest.raises(Refused) as refused:
        change(scene, Change(key="x" * 24, text=" "))
    assert refused.value.problems["text"].code == "text_or_file"
    assert only(scene).text == "Palun jätke pingid alles."


@pytest.mark.parametrize(
    "act", [withdraw, lambda scene, now: change(scene, Change(key="x" * 24, text="uus"), now)]
)
def test_after_the_deadline_an_opinion_can_be_neither_changed_nor_withdrawn(scene: Scene, act: Any) -> None:
    give(scene, nameless())
    with pytest.raises(TooLate):
        act(scene, AFTER)
    assert only(scene).version == 1


def test_a_withdrawn_opinion_is_told_of_once(scene: Scene) -> None:
    give(scene, typed())
    confirm(scene)
    withdraw(scene)
    assert withdraw(scene).state == WITHDRAWN
    with scene.database.session() as session:
        assert [it.kind for it in scene.letters(session)] == ["confirm", "receipt", "withdrawn"]


def test_an_unknown_link_opens_nothing(scene: Scene) -> None:
    give(scene, typed())
    with scene.database.session() as session, pytest.raises(LinkNotValid):
        opinion_link.open_link(session, HOME, "0" * 64, "et", links=scene.links, now=DURING)


def test_the_receipt_page_is_known_only_by_the_forms_own_key(scene: Scene) -> None:
    give(scene, typed())
    with scene.database.session() as session:
        found = opinions.receipt(session, HOME, "dp-2027-1", KEY, "et", links=scene.links, now=DURING)
        assert found.receipt == "2027-1"
        with pytest.raises(NotFound):
            opinions.receipt(session, HOME, "dp-2027-1", "x" * 24, "et", links=scene.links, now=DURING)
