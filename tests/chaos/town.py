"""The municipality the storm comes over: one case on display, many just begun, a link for each association."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from engine.clock import local_day
from processes import catalogue, migrate, terms
from processes.actions import sign_in
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.invitation import INVITED
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person, Role
from processes.round import Round
from web.compose import Kaasa, compose
from web.settings import Settings

HOME = "9999"


@dataclass(frozen=True)
class Town:
    """What people need to act: the case on display, links of associations, sign-in links of planners."""

    number: str
    links: list[str]
    sign_in: list[str]


def build(settings: Settings, *, cases: int, associations: int, planners: int) -> Town:
    """Fill an empty database. In: how many of each."""
    migrate.upgrade(settings.database())
    kaasa = compose(settings)
    now = kaasa.clock.now()
    try:
        with kaasa.database.open_transaction() as session:
            people = _people(session, planners)
            number, links = _display(kaasa, session, people[0], associations, now)
            signing = [
                sign_in.new_link(
                    session, municipality_id=HOME, person_id=it, now=now, lasts=timedelta(days=1)
                )
                for it in people
            ]
        with kaasa.database.open_transaction() as session:
            files = catalogue.kind("detailed_plan").files()
            kaasa.runtime.library.deploy(session, HOME, files, now=now)
            for place in range(cases):
                _begin(kaasa, session, files, people[place % planners], f"dp-begun-{place}", now)
    finally:
        kaasa.close()
    return Town(number, links, signing)


def more(kaasa: Kaasa, cases: int) -> str:
    """Begin further cases in a municipality that is there. Out: a sign-in link of their planner."""
    now = kaasa.clock.now()
    with kaasa.database.open_transaction() as session:
        planner = session.exec(select(Role.person_id).where(Role.role == "planner")).first()
        assert planner is not None
        files = catalogue.kind("detailed_plan").files()
        kaasa.runtime.library.deploy(session, HOME, files, now=now)
        for place in range(cases):
            _begin(kaasa, session, files, planner, f"dp-begun-{place}", now)
        wall = kaasa.wall.now()
        return sign_in.new_link(
            session, municipality_id=HOME, person_id=planner, now=wall, lasts=timedelta(days=1)
        )


def _people(session: Session, planners: int) -> list[str]:
    session.add(
        Municipality(
            municipality_id=HOME, name="Näidisvald", email="vald@naidisvald.example", phone="555 0000"
        )
    )
    made = []
    for place in range(planners):
        person = Person(municipality_id=HOME, name=f"Aino {place}", email=f"aino{place}@naidisvald.example")
        session.add(person)
        session.flush()
        session.add(Role(municipality_id=HOME, person_id=person.id, role="planner"))
        made.append(person.id)
    return made


def _display(
    kaasa: Kaasa, session: Session, planner: str, associations: int, now: datetime
) -> tuple[str, list[str]]:
    case = _case(session, "dp-display", planner, now)
    session.add(
        Round(
            municipality_id=HOME, consultation_id=case.id, phase="display", place="vallamaja",
            opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=14),
        )
    )  # fmt: skip
    links = []
    for place in range(associations):
        society = Organisation(
            municipality_id=HOME, name=f"Näidisselts {place}", email=f"selts{place}@selts.example"
        )
        session.add(society)
        session.flush()
        invitation = kaasa.links.new_invitation(HOME, case.id, society.id)
        invitation.state, invitation.invited_at = INVITED, now - timedelta(days=3)
        session.add(invitation)
        links.append(kaasa.links.of(invitation))
    return case.number, links


def _case(session: Session, number: str, planner: str, now: datetime) -> Consultation:
    case = Consultation(
        municipality_id=HOME, number=number, state=RUNNING, planner_id=planner, application_on=local_day(now),
        created_at=now, launched_at=now, published_at=now,
    )  # fmt: skip
    session.add(case)
    session.flush()
    session.add(
        ConsultationText(municipality_id=HOME, consultation_id=case.id, language="et", title=f"Kava {number}")
    )
    return case


def _begin(
    kaasa: Kaasa, session: Session, files: dict[str, str], planner: str, number: str, now: datetime
) -> None:
    case = _case(session, number, planner, now)
    case.terms = json.dumps(terms.freeze(files, local_day(now)))
    case.published_at = None
    session.add(case)
    session.flush()
    started = kaasa.runtime.start(
        session, HOME, "detailed_plan", business_key=case.id, data={"application_on": local_day(now)},
        now=now, actor=planner,
    )  # fmt: skip
    case.instance_id = started.id
    session.add(case)
