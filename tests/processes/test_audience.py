"""The audience table proposes whom to ask: nobody who should be asked is forgotten, and each is told why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from engine.decision import Decision, read_decision
from processes.audience import NAMES, Proposal, matches_place, propose
from processes.consultation import Consultation
from processes.database import Database
from processes.municipality import Municipality
from processes.organisation import Organisation

HOME = "9999"
TABLE = Path(__file__).parents[2] / "bpmn" / "detailed_plan" / "decisions" / "audience.dmn"


@pytest.fixture
def table() -> Decision:
    return read_decision(TABLE.read_bytes())


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    database = Database(sqlite_url)
    with database.session() as opened:
        opened.add(Municipality(municipality_id=HOME, name="Näidisvald", county="Näidismaa"))
        yield opened
    database.close()


def case(**more: str) -> Consultation:
    given = {
        "place": "Kooli tänav, Metsa küla",
        "topics": "liiklus\nligipääsetavus",
        "impacts": "roads",
    } | more
    return Consultation(
        municipality_id=HOME,
        number="dp-1",
        planner_id="aino",
        created_at=datetime(2026, 12, 1, tzinfo=UTC),
        **given,
    )


def proposed(session: Session, table: Decision, **organisation: object) -> Proposal:
    given = {"name": "Ühing", "kind": "association"} | organisation
    session.add(Organisation(municipality_id=HOME, id="one", **given))
    session.flush()
    return propose(session, HOME, case(), table)[0]


def test_the_table_runs_with_the_facts_it_is_given(table: Decision) -> None:
    assert table.check(NAMES) == []


def test_the_regional_chamber_is_always_asked(session: Session, table: Decision) -> None:
    found = proposed(session, table, kind="regional_chamber", places="Näidismaa")
    assert (found.invite, found.strength) == (True, "must")
    assert found.why


def test_a_standing_request_is_honoured(session: Session, table: Decision) -> None:
    found = proposed(session, table, wants_involvement=True, topics="Liiklus")
    assert (found.invite, found.strength) == (True, "must")


def test_a_union_is_asked_when_streets_change(session: Session, table: Decision) -> None:
    assert proposed(session, table, kind="union").strength == "must"


def test_a_village_society_is_asked_where_it_is_and_not_elsewhere(session: Session, table: Decision) -> None:
    here = proposed(session, table, kind="village_society", name="Metsa Külaselts", places="Metsa küla")
    session.add(
        Organisation(
            municipality_id=HOME, name="Ranna Külaselts", kind="village_society", places="Ranna küla"
        )
    )
    session.flush()
    there = propose(session, HOME, case(), table)[-1]
    assert here.invite
    assert (there.name, there.invite) == ("Ranna Külaselts", False)


def test_the_strongest_come_first_and_then_by_name(session: Session, table: Decision) -> None:
    for name, kind in (("Ö-koda", "regional_chamber"), ("B-liit", "union"), ("A-ühing", "association")):
        session.add(Organisation(municipality_id=HOME, name=name, kind=kind))
    session.flush()
    assert [found.name for found in propose(session, HOME, case(), table)] == ["B-liit", "Ö-koda", "A-ühing"]


def test_a_closed_organisation_and_another_municipalitys_are_not_proposed(
    session: Session, table: Decision
) -> None:
    session.add(Municipality(municipality_id="0141", name="Teine vald"))
    session.add(Organisation(municipality_id="0141", name="Võõras", kind="union"))
    session.add(Organisation(municipality_id=HOME, name="Lõpetanud", kind="union", active=False))
    session.flush()
    assert propose(session, HOME, case(), table) == []


@pytest.mark.parametrize(
    ("places", "where", "matched"),
    [
        ([], "Kooli tänav", True),
        (["Metsa küla"], "Kooli tänav, metsa küla", True),
        (["Metsa"], "Metsakalda tee", False),
        (["Näidisvald"], "Kooli tänav", True),
        (["näidismaa"], "Kooli tänav", True),
        (["Ranna küla"], "Kooli tänav", False),
        (["Kooli tn 1 (vana)"], "Kooli tn 1 (vana), Metsa küla", True),
    ],
)
def test_a_place_counts_as_whole_words(places: list[str], where: str, matched: bool) -> None:
    assert matches_place(places, where, ("Näidisvald", "Näidismaa")) is matched
