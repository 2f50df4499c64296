"""The invented municipality: each case stands where a page of the product is worth a look, and nobody in it is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

from engine import history
from engine.clock import HeldClock
from engine.runtime import Runtime
from engine.service import Services, Step
from engine.wait import HUMAN
from notifications import outbox
from notifications.address import Postmark
from notifications.outbox import OutgoingLetter
from processes import migrate
from processes.accommodation import Need
from processes.consultation import ENDED, RUNNING, Consultation, ConsultationText
from processes.database import Database
from processes.decision import Decision
from processes.document import Store
from processes.feedback import LATE_WAITING, TO_ANSWER, Feedback
from processes.invitation import INVITED, Invitation, Links
from processes.listener import CaseListener
from processes.municipality import Municipality
from processes.obligation import Obligation
from processes.organisation import Organisation
from processes.person import Person
from processes.post import Post, PostOffice
from processes.response import Response, unanswered
from processes.round import current
from processes.seed import demo, municipalities
from processes.seed.cast import HOME
from processes.summary import Treatment, newest

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 21, 30, tzinfo=UTC)


@dataclass
class House:
    """An installation put together by hand, as the web's composition root does it."""

    database: Database
    runtime: Runtime
    links: Links
    store: Store
    post_office: PostOffice
    clock: HeldClock


def house_at(url: str, folder: Path, now: datetime) -> House:
    migrate.upgrade(url)
    secret = b"a secret of the demonstration"
    links, store = Links(secret), Store(folder / "documents")
    office = PostOffice(links, Postmark(secret, "kaasa.example"), "http://127.0.0.1:8000")
    tools: dict[type, Callable[[Step], object]] = {
        Post: office.of_step,
        Links: lambda _step: links,
        Store: lambda _step: store,
    }
    runtime = Runtime(Services("processes.services"), tools=tools, listeners=[CaseListener()])
    tools[Runtime] = lambda _step: runtime
    return House(Database(url), runtime, links, store, office, HeldClock(now))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, demo.DemoResult]]:
    folder = tmp_path_factory.mktemp("demonstration")
    house = house_at(f"sqlite:///{folder / 'kaasa.db'}", folder, NOW)
    yield house, demo.seed(house)
    house.database.close()


@pytest.fixture
def house(seeded: tuple[House, demo.DemoResult]) -> House:
    return seeded[0]


@pytest.fixture
def told(seeded: tuple[House, demo.DemoResult]) -> demo.DemoResult:
    return seeded[1]


@pytest.fixture
def session(house: House) -> Iterator[Session]:
    with house.database.session() as opened:
        yield opened


def case(session: Session, told: demo.DemoResult, name: str) -> Consultation:
    query = select(Consultation).where(Consultation.number == told.cases[name])
    return session.exec(query).one()


def tasks(house: House, session: Session, of: Consultation) -> list[str]:
    waits = house.runtime.waits(session, HOME, of.instance_id)
    return [it.element.rpartition("/")[2] for it in waits if it.kind == HUMAN]


def test_every_case_but_the_closed_one_runs(session: Session, told: demo.DemoResult) -> None:
    states = {name: case(session, told, name).state for name in told.cases}
    assert states.pop("closed") == ENDED
    assert set(states.values()) == {RUNNING}
    assert len(states) == 8


def test_a_display_is_open_with_residents_and_associations_in_it(
    session: Session, told: demo.DemoResult
) -> None:
    found = case(session, told, "display")
    shown = current(session, HOME, found.id, "display")
    assert shown is not None
    assert shown.is_open(NOW)
    kinds = session.exec(select(Feedback.author_kind).where(Feedback.consultation_id == found.id)).all()
    assert {"organisation", "person", "anonymous"} <= set(kinds)


def test_seven_of_twelve_opinions_wait_for_their_answer(
    house: House, session: Session, told: demo.DemoResult
) -> None:
    found = case(session, told, "answering")
    assert tasks(house, session, found) == ["answer_opinions"]
    assert unanswered(session, HOME, found.id) == 7
    given = select(func.count()).where(Feedback.consultation_id == found.id, Feedback.state.in_(TO_ANSWER))
    assert session.exec(given).one() == 12


def test_one_late_opinion_waits_for_a_decision(session: Session, told: demo.DemoResult) -> None:
    found = case(session, told, "answering")
    states = session.exec(select(Feedback.state).where(Feedback.consultation_id == found.id)).all()
    assert states.count(LATE_WAITING) == 1


def test_people_spoke_through_every_door(session: Session) -> None:
    channels = set(session.exec(select(Feedback.channel)).all())
    assert {"web", "phone", "in_person", "paper"} <= channels


def test_opinions_can_be_read_on_the_pages_of_their_cases(session: Session, told: demo.DemoResult) -> None:
    for name in ("display", "answering", "committee", "discussion", "closed"):
        query = select(func.count()).where(
            Feedback.consultation_id == case(session, told, name).id, col(Feedback.published_at).is_not(None)
        )
        assert session.exec(query).one() >= 4, name


def test_a_committee_has_its_frozen_page_before_the_session(session: Session, told: demo.DemoResult) -> None:
    page = newest(session, HOME, case(session, told, "committee").id)
    assert page is not None
    assert page.frozen_at is not None
    assert page.frozen_at < NOW
    assert page.closed_at is None
    assert page.digest


def test_a_discussion_is_coming_and_needs_were_told(session: Session, told: demo.DemoResult) -> None:
    found = case(session, told, "discussion")
    needs = session.exec(select(Need).where(Need.consultation_id == found.id)).all()
    assert {(need.kind, need.state) for need in needs} == {
        ("SIGN", "booked"), ("LOOP", "booked"), ("CART", "asked"), ("WHEEL", "asked"), ("WC", "asked"),
    }  # fmt: skip


def test_the_closed_case_has_its_decision_and_what_the_committee_did(
    session: Session, told: demo.DemoResult
) -> None:
    found = case(session, told, "closed")
    assert found.end_element == "closed"
    decisions = session.exec(select(Decision.kind).where(Decision.consultation_id == found.id)).all()
    assert {"initiation", "acceptance", "results", "adoption"} <= set(decisions)
    assert session.exec(select(func.count()).select_from(Treatment)).one() >= 2
    letters = outbox.counts(session, HOME, found.id, kind="decision")
    assert sum(letters.values()) > 10


def test_one_case_is_only_just_launched_and_one_waits_for_its_display(house, session: Session, told) -> None:
    assert tasks(house, session, case(session, told, "launched")) == ["check_application"]
    coming = current(session, HOME, case(session, told, "upcoming").id, "display")
    assert coming is not None
    assert coming.opens_at > NOW


def test_authorities_have_been_asked_and_one_is_silent(house: House, session: Session, told) -> None:
    found = case(session, told, "approval")
    assert tasks(house, session, found) == []
    query = select(Invitation.answered_at).where(
        Invitation.consultation_id == found.id, Invitation.purpose == "approval"
    )
    answered = session.exec(query).all()
    assert len(answered) == 3
    assert answered.count(None) == 1


def test_the_procedures_kept_every_term(session: Session) -> None:
    late = [row.element for row in session.exec(select(Obligation)) if row.kept(NOW) is False]
    assert late == []


def test_every_history_is_whole(session: Session) -> None:
    for found in session.exec(select(Consultation)):
        assert history.verify(session, HOME, found.instance_id)


def test_every_case_can_be_read_in_three_languages(session: Session) -> None:
    for found in session.exec(select(Consultation)):
        query = select(ConsultationText.language).where(ConsultationText.consultation_id == found.id)
        assert {"et", "en", "ru"} <= set(session.exec(query).all())


def test_nobody_is_real(session: Session) -> None:
    addresses = [
        *session.exec(select(Person.email)).all(),
        *session.exec(select(Organisation.email)).all(),
        *[address for address in session.exec(select(Feedback.author_email)).all() if address],
        *session.exec(select(OutgoingLetter.recipient_address)).all(),
        *session.exec(select(Municipality.email)).all(),
    ]
    assert {address.rpartition("@")[2] for address in addresses} == {"naidisvald.example", "example.org"}


def test_no_invitation_went_without_the_reason_why(session: Session) -> None:
    query = select(Invitation).where(Invitation.state == INVITED, Invitation.purpose == "opinion")
    invitations = session.exec(query).all()
    assert len(invitations) > 50
    assert all(invitation.why for invitation in invitations)


def test_a_russian_association_reads_its_invitation_in_russian(session: Session) -> None:
    query = select(OutgoingLetter.content).where(
        OutgoingLetter.kind == "invitation", OutgoingLetter.recipient_address == "veteranid@example.org"
    )
    mail = message_from_bytes(session.exec(query).all()[0], policy=policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert "Почему именно вы" in text
    assert "Вы действуете в этом районе" in text
    assert "Tegutsete" not in text


def test_the_link_given_opens_the_deaf_associations_page(house: House, session: Session, told) -> None:
    invitation = house.links.find(session, HOME, told.invitation_token)
    organisation = session.get_one(Organisation, (HOME, invitation.organisation_id))
    assert organisation.name == "Näidise Kurtide Ühing"
    assert invitation.consultation_id == case(session, told, "display").id


def test_every_role_has_somebody(session: Session, told: demo.DemoResult) -> None:
    names = {role: session.get_one(Person, (HOME, key)).name for role, key in told.people.items()}
    assert names == {
        "planner": "Aino Näidis", "government": "Villem Näide", "committee": "Leida Katse", "clerk": "Malle Visand",
        "administrator": "Hille Haldur",
    }  # fmt: skip


def test_answers_that_were_sent_have_reasons(session: Session) -> None:
    sent = [row for row in session.exec(select(Response)) if row.sent_at is not None]
    assert len(sent) > 15
    assert all(row.reasons for row in sent)


def test_the_same_stories_can_be_told_at_christmas(tmp_path: Path) -> None:
    house = house_at(f"sqlite:///{tmp_path / 'kaasa.db'}", tmp_path, CHRISTMAS)
    told = demo.seed(house)
    with house.database.session() as session:
        assert case(session, told, "closed").state == ENDED
        assert unanswered(session, HOME, case(session, told, "answering").id) == 7
        assert [row.element for row in session.exec(select(Obligation)) if row.kept(CHRISTMAS) is False] == []
    house.database.close()


def test_the_municipalities_of_the_list_are_put_in_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kaasa.db'}"
    migrate.upgrade(url)
    database = Database(url)
    with database.open_transaction() as session:
        session.add(Municipality(municipality_id="0793", name="Tartu linn", phone="736 1111"))
        session.flush()
        assert municipalities.seed(session) == 78
        assert municipalities.seed(session) == 0
        tallinn, anija = (session.get_one(Municipality, code) for code in ("0784", "0141"))
        assert (tallinn.kind, tallinn.council) == ("linn", "linnavolikogu")
        assert (anija.kind, anija.government) == ("vald", "vallavalitsus")
        assert session.get_one(Municipality, "0793").phone == "736 1111"
    database.close()


def test_the_list_is_as_the_country_publishes_it() -> None:
    facts = municipalities.facts()
    assert len(facts) == 79
    assert len({fact.ehak for fact in facts}) == 79
    assert all(fact.voters > 0 and fact.county for fact in facts)
