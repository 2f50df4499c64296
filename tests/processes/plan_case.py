"""A detailed plan of an invented municipality, played on the real engine with the clock in hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, select

from engine.clock import ZONE, HeldClock, local_day
from engine.instance import Instance
from engine.runtime import Runtime
from engine.service import Services
from engine.wait import HUMAN, TIMER, Wait
from notifications.address import Postmark
from notifications.outbox import OutgoingLetter
from processes import catalogue, terms
from processes.committee import Committee, CommitteeMember
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import Database
from processes.feedback import Feedback
from processes.invitation import Invitation, Links
from processes.listener import CaseListener
from processes.municipality import Municipality
from processes.obligation import Obligation
from processes.organisation import Organisation
from processes.person import Person, Role
from processes.post import Post, PostOffice
from processes.response import Response
from processes.round import Round
from processes.summary import Summary, Treatment
from tests import tables

HOME = "9999"
APPLICATION = date(2027, 1, 4)


def at(day: date, hour: int = 10) -> datetime:
    """An hour of a day in Tallinn."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


class PlanCase:
    """One case. Every method is one transaction, as one request or one firing timer would be."""

    kind, number, title, began = "detailed_plan", "dp-2027-1", "Kooli tänava detailplaneering", APPLICATION

    def __init__(self, url: str) -> None:
        tables.lay(url)
        self.database = Database(url)
        self.clock = HeldClock(at(self.began, 9))
        self.links = Links(b"a secret of at least sixteen bytes")
        self.office = PostOffice(
            self.links, Postmark(b"another secret of sixteen", "naidisvald.example"), "https://kaasa.example"
        )
        self.runtime = Runtime(
            Services("processes.services"),
            tools={Post: self.office.of_step, Links: lambda _: self.links, Runtime: lambda _: self.runtime},
            listeners=[CaseListener()],
        )
        self.people: dict[str, str] = {}
        self.organisations: dict[str, str] = {}
        self._receipts = 0
        with self.step() as session:
            self._build(session)
        with self.step() as session:
            self._begin(session)

    @property
    def today(self) -> date:
        return local_day(self.clock.now())

    @contextmanager
    def step(self) -> Iterator[Session]:
        with self.database.open_transaction() as session:
            yield session

    def close(self) -> None:
        self.database.close()

    # What people do.

    def complete(self, element: str, by: str = "planner", **answers: Any) -> None:
        """Finish an open task with what a browser would send."""
        raw = {name: _raw(value) for name, value in answers.items()}
        with self.step() as session:
            wait = self._open(session, element)
            self.runtime.complete(
                session, HOME, wait.id, raw, now=self.clock.now(), actor=self.people.get(by, by)
            )

    def notices(self, occasion: str, *channels: str, on: date | None = None) -> None:
        for channel in channels or ("official", "web", "paper", "county_paper", "personal"):
            self.complete(f"{occasion}_{channel}", published_on=on or self.today)

    def tell(self, message: str) -> None:
        with self.step() as session:
            self.runtime.tell(
                session, HOME, self.instance_id, message, now=self.clock.now(), actor=self.people["planner"]
            )

    def opinion(self, words: str, *, state: str = "received", organisation: str | None = None) -> str:
        """Keep an opinion as its door would. Out: its id."""
        self._receipts += 1
        with self.step() as session:
            found = session.exec(
                select(Round).where(Round.consultation_id == self.id).order_by(Round.id.desc())
            ).first()
            invited = None
            if organisation is not None:
                invited = session.exec(
                    select(Invitation).where(
                        Invitation.organisation_id == self.organisations[organisation],
                        Invitation.purpose == "opinion",
                    )
                ).one()
                invited.answered_at = self.clock.now()
                session.add(invited)
            given = Feedback(
                municipality_id=HOME,
                consultation_id=self.id,
                round_id=found.id if found else None,
                receipt=f"2027-{self._receipts}",
                submission_key=f"key-{self._receipts}",
                invitation_id=invited.id if invited else None,
                author_kind="organisation" if invited else "person",
                author_name=organisation or "Eraisik Näidis",
                author_email="eraisik@naidis.example",
                received_at=self.clock.now(),
                state=state,
                late_reason="post viibis" if state.startswith("late") else "",
                text=words,
            )
            session.add(given)
            session.flush()
            return given.id

    def answer(self, feedback_id: str, outcome: str, reasons: str = "Põhjendus.") -> None:
        with self.step() as session:
            session.add(
                Response(
                    municipality_id=HOME,
                    feedback_id=feedback_id,
                    outcome=outcome,
                    reasons=reasons,
                    written_by=self.people["planner"],
                    written_at=self.clock.now(),
                )
            )

    def treat(self, feedback_id: str, stance: str = "rejected") -> None:
        with self.step() as session:
            page = session.exec(
                select(Summary).where(Summary.consultation_id == self.id).order_by(Summary.id.desc())
            ).first()
            session.add(
                Treatment(
                    municipality_id=HOME,
                    summary_id=page.id,
                    feedback_id=feedback_id,
                    stance=stance,
                    words="Komisjon kaalus.",
                    recorded_by=self.people["committee"],
                    recorded_at=self.clock.now(),
                )
            )

    # Time.

    def go_to(self, moment: date | datetime) -> None:
        """Move the clock, letting every timer fire at its own moment on the way."""
        until = moment if isinstance(moment, datetime) else at(moment)
        while (due := self._next_timer()) is not None and due <= until:
            self.clock.move_to(max(due, self.clock.now()))
            with self.step() as session:
                self.runtime.fire(session, HOME, self.instance_id, now=self.clock.now())
        self.clock.move_to(until)

    def go_to_next_timer(self, *, reminders: bool = False) -> None:
        """On to the next thing the procedure waits for; its reminders go out on the way there."""
        due = self._next_timer(reminders=reminders)
        assert due is not None, f"no timer runs; open are {self.open()}"
        self.go_to(due)

    def _next_timer(self, *, reminders: bool = True) -> datetime | None:
        with self.database.session() as session:
            found = session.exec(
                select(Wait).where(Wait.instance_id == self.instance_id, Wait.kind == TIMER)
            ).all()
            wanted = (it.due_at for it in found if reminders or not it.element.endswith("_reminds"))
            return min(wanted, default=None)

    # What can be seen.

    def open(self) -> list[str]:
        """The open tasks of people, by their plain names."""
        with self.database.session() as session:
            found = session.exec(
                select(Wait).where(Wait.instance_id == self.instance_id, Wait.kind == HUMAN)
            ).all()
            return sorted(it.element.rpartition("/")[2] for it in found)

    def rows(self, table: Any, **wanted: Any) -> list[Any]:
        with self.database.session() as session:
            query = select(table)
            for name, value in wanted.items():
                query = query.where(getattr(table, name) == value)
            order = [
                column for name in ("id", "feedback_id") if (column := getattr(table, name, None)) is not None
            ]
            found = list(session.exec(query.order_by(*order)).all())
            session.expunge_all()
            return found

    def data(self) -> dict[str, Any]:
        with self.database.session() as session:
            return self.runtime.data(session, HOME, self.instance_id)

    def row(self) -> Consultation:
        return self.rows(Consultation, id=self.id)[0]

    def instance(self) -> Instance:
        return self.rows(Instance, id=self.instance_id)[0]

    def letters(self, kind: str) -> list[OutgoingLetter]:
        return self.rows(OutgoingLetter, kind=kind)

    def obligation(self, element: str) -> Obligation:
        """The newest term of a task."""
        return self.rows(Obligation, element=element)[-1]

    def due_on(self, element: str) -> date:
        return local_day(self.obligation(element).due_at)

    def _open(self, session: Session, element: str) -> Wait:
        found = [
            it
            for it in self.runtime.waits(session, HOME, self.instance_id)
            if it.kind == HUMAN and it.element.rpartition("/")[2] == element
        ]
        assert found, f"{element} is not open; open are {self.open()}"
        return found[0]

    # How it begins.

    def _build(self, session: Session) -> None:
        session.add(
            Municipality(
                municipality_id=HOME, name="Näidisvald", email="vald@naidisvald.example", phone="555 0100"
            )
        )
        for role, name in (
            ("planner", "Aino Kask"),
            ("government", "Vello Juht"),
            ("committee", "Leida Saar"),
        ):
            person = Person(municipality_id=HOME, name=name, email=f"{role}@naidisvald.example")
            session.add(person)
            session.flush()
            session.add(Role(municipality_id=HOME, person_id=person.id, role=role))
            self.people[role] = person.id
        board = Committee(municipality_id=HOME, name="Planeerimiskomisjon", freeze_days=7)
        session.add(board)
        session.flush()
        session.add(
            CommitteeMember(municipality_id=HOME, committee_id=board.id, person_id=self.people["committee"])
        )
        for name, kind in (
            ("Näidise Kurtide Ühing", "union"),
            ("Näidismaa Puuetega Inimeste Koda", "regional_chamber"),
            ("Päästeamet (näidis)", "authority"),
            ("Transpordiamet (näidis)", "authority"),
        ):
            made = Organisation(
                municipality_id=HOME, name=name, kind=kind, email=f"post{len(name)}@org.example"
            )
            session.add(made)
            session.flush()
            self.organisations[name] = made.id
        case = Consultation(
            municipality_id=HOME,
            number=self.number,
            kind=self.kind,
            planner_id=self.people["planner"],
            committee_id=board.id,
            application_on=self.began,
            created_at=self.clock.now(),
        )
        session.add(case)
        session.flush()
        self.id = case.id
        session.add(
            ConsultationText(
                municipality_id=HOME,
                consultation_id=case.id,
                language="et",
                title=self.title,
            )
        )
        for name in list(self.organisations)[:2]:
            session.add(
                self.links.new_invitation(HOME, case.id, self.organisations[name], why="Ehitis on avalik.")
            )

    def _begin(self, session: Session) -> None:
        files = catalogue.kind(self.kind).files()
        self.runtime.library.deploy(session, HOME, files, now=self.clock.now())
        case = session.get_one(Consultation, (HOME, self.id))
        case.terms = json.dumps(terms.freeze(files, self.began))
        session.add(case)
        session.flush()
        started = self.runtime.start(
            session,
            HOME,
            self.kind,
            business_key=self.id,
            data={"application_on": self.began},
            now=self.clock.now(),
            actor=self.people["planner"],
        )
        self.instance_id = started.id
        case.instance_id, case.state, case.launched_at = started.id, RUNNING, self.clock.now()
        session.add(case)

    # Whole stretches of the way, for stories that are about what comes after.

    def initiate(self, *, sketch: bool = False) -> None:
        self.complete("check_application", application="proceed")
        self.complete("assess_environment", environment="not_needed", reasons="Mõju on väike.")
        self.complete(
            "decide_initiation",
            by="government",
            initiation="initiate",
            act="korraldus nr 12",
            decided_on=self.today,
            wants_sketch=sketch,
        )
        self.complete("invite_organisations")
        self.notices("initiation")
        self.complete("prepare_plan")

    def approve(self) -> None:
        authorities = [self.organisations[name] for name in list(self.organisations)[2:]]
        self.complete("send_for_approval", sent_on=self.today, authorities=authorities)
        self.go_to_next_timer()
        self.complete("settle_approvals", approvals="agreed")

    def committee(self) -> None:
        starts = at(self.today + timedelta(days=10), 14)
        self.complete(
            "plan_session",
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            place="vallamaja saal",
            question="Kas toetada?",
        )
        self.go_to(starts + timedelta(hours=3))

    def accept(self, first: date, last: date) -> None:
        self.complete(
            "accept_plan",
            by="government",
            acceptance="accept",
            act="otsus nr 31",
            decided_on=self.today,
            display_from=first,
            display_to=last,
            display_place="vallamaja",
        )

    def to_display(self) -> tuple[date, date]:
        """From the start to the first day of the display, everything in time. Out: its days."""
        self.initiate()
        self.approve()
        self.committee()
        self.complete("treat_objections", by="committee")
        first = self.today + timedelta(days=20)
        last = first + timedelta(days=15)
        self.accept(first, last)
        self.notices("display")
        self.go_to(first)
        return first, last


def _raw(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "on" if value else ""
    return value
