"""Who enters what a committee did: its clerk; members read and remark."""

from __future__ import annotations

from datetime import timedelta

import pytest

from processes.actions import summary_hearing
from processes.actions.committee_desk import summaries_for
from processes.actions.treating import Mark
from processes.committee import CommitteeMember
from processes.errors import NotAllowed
from processes.person import Person, Role
from processes.summary import Summary, Treatment
from tests.processes.plan_case import HOME, PlanCase
from tests.processes.test_summary import actor, called, finish, read, record

KEY = "k" * 24


@pytest.fixture
def case(database_url):
    made = PlanCase(database_url)
    yield made
    made.close()


def seat(case: PlanCase, who: str, role: str, board_id: str | None = None, *, chair: bool = False) -> None:
    """Someone with a role; with a seat in a committee when one is named."""
    with case.step() as session:
        person = Person(municipality_id=HOME, name=who, email=f"{who}@naidisvald.example")
        session.add(person)
        session.flush()
        session.add(Role(municipality_id=HOME, person_id=person.id, role=role))
        if board_id:
            session.add(
                CommitteeMember(municipality_id=HOME, committee_id=board_id, person_id=person.id, chair=chair)
            )
        case.people[who] = person.id


def remark(case: PlanCase, page: Summary, who: str) -> None:
    with case.step() as session:
        summary_hearing.remark(
            session, actor(case, who), page.id, "Märkus.", now=case.clock.now(), key=KEY
        )  # fmt: skip


def test_the_clerk_of_the_committee_records_and_its_members_read_and_remark(case):
    page = called(case)
    seat(case, "malle", "clerk", page.committee_id)
    seat(case, "other", "clerk")
    seat(case, "esimees", "committee", page.committee_id, chair=True)
    remark(case, page, "committee")
    with pytest.raises(NotAllowed):
        remark(case, page, "malle")
    case.go_to(case.starts + timedelta(hours=3))
    mark = Mark(case.heard, "supported", "Toetame.")
    for who in ("committee", "esimees", "other", "planner", "government"):
        assert not read(case, page, who).may_treat
        with pytest.raises(NotAllowed):
            record(case, page, mark, who=actor(case, who))
    assert case.rows(Treatment) == []
    assert (read(case, page, "malle").may_treat, read(case, page).recorder) == (True, "clerk")
    with case.database.session() as session:
        desks = {
            who: [it.mine for it in summaries_for(session, actor(case, who), "et", now=case.clock.now())][:1]
            for who in ("malle", "committee", "other")
        }
    assert desks == {"malle": [True], "committee": [False], "other": []}
    assert record(case, page, mark, who=actor(case, "malle")) == 1
    seen = case.rows(Treatment)[0].recorded_at.isoformat()
    assert finish(
        case, page, Mark(case.heard, "supported", "Toetame.", seen), Mark(case.private, "rejected", "Ei."),
        who="malle",
    )  # fmt: skip
    assert {it.recorded_by for it in case.rows(Treatment)} == {case.people["malle"]}


def test_where_a_committee_has_no_clerk_its_chair_records_and_no_other_member(case):
    page = called(case)
    seat(case, "esimees", "committee", page.committee_id, chair=True)
    case.go_to(case.starts + timedelta(hours=3))
    assert read(case, page).recorder == "chair"
    with pytest.raises(NotAllowed):
        record(case, page, Mark(case.heard, "supported", "Toetame."))
    marks = (Mark(case.heard, "supported", ""), Mark(case.private, "sent_back", "Arutada uuesti."))
    assert finish(case, page, *marks, who="esimees")
