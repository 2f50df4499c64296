"""One invented case, played on the real engine: time passes, timers fire, tasks are done by their people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlmodel import Session, select

from engine.clock import ZONE, HeldClock
from engine.definition import Definition
from engine.runtime import Runtime
from engine.wait import HUMAN, TIMER, Wait
from processes import terms
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import Database
from processes.deadline import working_day_from
from processes.document import Store
from processes.feedback import TO_ANSWER, Feedback, next_number
from processes.invitation import Invitation, Links
from processes.permission import Actor, actor_of
from processes.post import Post, PostOffice
from processes.seed.cast import HOME, Cast
from processes.seed.matters import Matter

PROCESS = "detailed_plan"


class House(Protocol):
    """What a composed installation offers: its database and the tools acts take."""

    @property
    def database(self) -> Database: ...
    @property
    def runtime(self) -> Runtime: ...
    @property
    def links(self) -> Links: ...
    @property
    def store(self) -> Store: ...
    @property
    def post_office(self) -> PostOffice: ...


@dataclass
class Play:
    """A case from its application on. `day(n)` is the n-th day after it, moved to a working day."""

    house: House
    session: Session
    definition: Definition
    cast: Cast
    matter: Matter
    applied_on: date
    planner: str
    case: Consultation
    clock: HeldClock

    @classmethod
    def begin(
        cls, house: House, session: Session, definition: Definition, cast: Cast, matter: Matter,
        applied_on: date, planner: str = "aino", *, committee_id: str = "", letters: str = "dp",
    ) -> "Play":  # fmt: skip
        """Take an application in and start its process. `letters` begin the case's number.

        `committee_id` is the cast's own committee where none is named.
        """
        clock = HeldClock(moment(applied_on, 10))
        case = _row(
            session, definition, matter, applied_on, cast.people[planner], clock.now(),
            committee_id=committee_id or cast.committee_id, letters=letters,
        )  # fmt: skip
        instance = house.runtime.start(
            session, HOME, definition.key, business_key=case.id, data={"application_on": applied_on}, now=clock.now(),
            actor=case.planner_id,
        )  # fmt: skip
        case.instance_id, case.state, case.launched_at = instance.id, RUNNING, clock.now()
        session.add(case)
        session.flush()
        return cls(house, session, definition, cast, matter, applied_on, planner, case, clock)

    # Time.

    def day(self, number: int) -> date:
        return working_day_from(self.applied_on + timedelta(days=number))

    def until(self, when: datetime) -> None:
        """Let time pass; timers that fall due on the way fire at their moment, in order."""
        while (due := self._next_timer()) is not None and due <= when:
            self.clock.move_to(max(due, self.clock.now()))
            self.house.runtime.fire(self.session, HOME, str(self.case.instance_id), now=self.clock.now())
        self.clock.move_to(max(when, self.clock.now()))

    def to_next_timer(self) -> None:
        """Let time pass until a timer fires. Errors: ValueError when none runs."""
        due = self._next_timer()
        if due is None:
            raise ValueError(f"no timer runs; open are {self.open_tasks()}")
        self.until(due)

    def to_day(self, number: int, hour: int = 10) -> None:
        self.until(moment(self.day(number), hour))

    def morning_after(self, number: int) -> None:
        """The working day after a day of the case."""
        self.until(moment(working_day_from(self.day(number) + timedelta(days=1)), 10))

    # People.

    def do(self, element: str, answers: Mapping[str, Any] | None = None, *, by: str = "") -> None:
        """Do an open task as its person would, ten minutes after whatever came before."""
        self.clock.move_to(self.clock.now() + timedelta(minutes=10))
        wait = next(it for it in self._waits(HUMAN) if it.element.rpartition("/")[2] == element)
        self.house.runtime.complete(
            self.session, HOME, wait.id, answers or {}, now=self.clock.now(),
            actor=self.cast.people[by or self.planner],
        )  # fmt: skip

    def tasks(self) -> list[Wait]:
        """What is open for people."""
        return self._waits(HUMAN)

    def open_tasks(self) -> list[str]:
        return [it.element.rpartition("/")[2] for it in self._waits(HUMAN)]

    # Rows.

    def invitation(self, who: str) -> Invitation:
        query = select(Invitation).where(
            Invitation.municipality_id == HOME,
            Invitation.consultation_id == self.case.id,
            Invitation.organisation_id == self.cast.organisations[who],
        )
        return self.session.exec(query).one()

    def opinions(self) -> list[Feedback]:
        query = select(Feedback).where(
            Feedback.municipality_id == HOME, Feedback.consultation_id == self.case.id
        )
        return [row for row in self.session.exec(query.order_by(Feedback.id)) if row.state in TO_ANSWER]

    def post(self) -> Post:
        return self.house.post_office.of_case(self.session, self.case, now=self.clock.now())

    def actor(self, who: str = "") -> Actor:
        """Someone signed in; the case's planner when nobody is named."""
        return actor_of(self.session, HOME, self.cast.people[who or self.planner])

    def _waits(self, kind: str) -> list[Wait]:
        waits = self.house.runtime.waits(self.session, HOME, str(self.case.instance_id))
        return [it for it in waits if it.kind == kind]

    def _next_timer(self) -> datetime | None:
        return min((it.due_at for it in self._waits(TIMER) if it.due_at is not None), default=None)


def moment(day: date, hour: int) -> datetime:
    """A full hour in Tallinn, as an aware UTC moment."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def _row(
    session: Session, definition: Definition, matter: Matter, applied_on: date, planner_id: str, now: datetime,
    *, committee_id: str, letters: str,
) -> Consultation:  # fmt: skip
    series = f"{letters}-{applied_on.year}"
    case = Consultation(
        municipality_id=HOME, number=f"{series}-{next_number(session, HOME, series)}", kind=definition.key,
        planner_id=planner_id, committee_id=committee_id, application_on=applied_on, applicant=matter.applicant,
        decided_by=matter.decided_by, place=matter.place, topics="\n".join(matter.topics),
        impacts="\n".join(matter.impacts), created_at=now,
        terms=json.dumps(terms.freeze(definition.process.files, applied_on)),
    )  # fmt: skip
    session.add(case)
    session.flush()
    session.add_all(
        ConsultationText(
            municipality_id=HOME, consultation_id=case.id, language=language, title=text.title, what=text.what,
            open_points=text.open_points, already_decided=text.already_decided,
        )
        for language, text in matter.texts.items()
    )  # fmt: skip
    session.flush()
    return case
