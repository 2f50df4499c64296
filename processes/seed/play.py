"""One invented case, played on the real engine: tasks are done, time passes, people speak and are answered.

Nothing is written that a person's act or a service would not have written.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlmodel import Session, select

from engine.clock import ZONE, HeldClock
from engine.decision import read_decision
from engine.definition import Definition
from engine.runtime import Runtime
from engine.wait import HUMAN, TIMER, Wait
from processes import terms
from processes.accommodation import Need
from processes.actions import invitation_answer, opinion, opinion_link
from processes.actions.invitation_answer import Answer
from processes.actions.opinion import Opinion
from processes.audience import TABLE, propose
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import Database
from processes.deadline import working_day_from
from processes.document import Document, Store
from processes.feedback import TO_ANSWER, Feedback, next_number
from processes.invitation import Invitation, Links
from processes.post import Post, PostOffice
from processes.response import Response
from processes.seed.cast import HOME, Cast
from processes.seed.matters import Matter
from processes.seed.voices import Voice
from processes.summary import Treatment
from processes.summary import newest as newest_summary
from processes.summary_content import unresolved

PROCESS = "detailed_plan"
AUTHORITIES = ("paaste", "teed", "tervis")


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
        applied_on: date, planner: str = "aino",
    ) -> "Play":  # fmt: skip
        """Take an application in and start its process."""
        clock = HeldClock(moment(applied_on, 10))
        case = _row(session, definition, cast, matter, applied_on, cast.people[planner], clock.now())
        instance = house.runtime.start(
            session, HOME, PROCESS, business_key=case.id, data={"application_on": applied_on}, now=clock.now(),
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

    def open_tasks(self) -> list[str]:
        return [it.element.rpartition("/")[2] for it in self._waits(HUMAN)]

    def invite(self, *, also: tuple[str, ...] = ()) -> None:
        """Ask whom the audience table proposes, and whom the planner adds; authorities are asked later."""
        table = read_decision(self.definition.file(TABLE))
        later = {self.cast.organisations[key] for key in AUTHORITIES}
        added = {self.cast.organisations[key] for key in also}
        for found in propose(self.session, HOME, self.case, table):
            if (found.invite or found.organisation_id in added) and found.organisation_id not in later:
                self.session.add(
                    self.house.links.new_invitation(HOME, self.case.id, found.organisation_id, why=found.why)
                )
        self.session.flush()
        self.do("invite_organisations")

    def hear(self, voice: Voice, opened_on: date) -> None:
        """Let someone speak through the door they would use: a personal link, or the public page."""
        self.until(moment(opened_on + timedelta(days=voice.day - 1), 11 + voice.day % 8))
        key = f"{self.case.number}-{voice.day}-{'x' * 20}"
        if voice.by in self.cast.organisations:
            self.answer_link(voice.by, Answer(key=key, text=voice.text))
        else:
            self._resident(voice, key)

    def answer_link(self, who: str, given: Answer) -> None:
        """What an invited organisation sends from its own page; one that was not invited is invited first."""
        token = self.house.links.of(self.invitation(who))
        invitation_answer.answer(
            self.session, HOME, token, given, links=self.house.links, store=self.house.store, post=self.post(),
            now=self.clock.now(),
        )  # fmt: skip

    def reply(self, voices: tuple[Voice, ...]) -> None:
        """Write the planner's answers to opinions that have one."""
        written = {voice.text: voice for voice in voices if voice.reasons}
        for given in self.opinions():
            if (voice := written.get(given.text)) is not None:
                given.theme = voice.theme
                self.session.add(given)
                self.session.add(
                    Response(
                        municipality_id=HOME, feedback_id=given.id, outcome=voice.outcome, reasons=voice.reasons,
                        written_by=self.case.planner_id, written_at=self.clock.now(),
                    )
                )  # fmt: skip
        self.session.flush()

    def treat(self, voices: tuple[Voice, ...]) -> None:
        """Enter what the committee did with each unresolved objection of its frozen page."""
        page = newest_summary(self.session, HOME, self.case.id)
        if page is None:
            return
        said = {voice.text: voice for voice in voices}
        left = set(unresolved(page))
        for given in self.opinions():
            if given.id in left:
                voice = said[given.text]
                self.session.add(
                    Treatment(
                        municipality_id=HOME, summary_id=page.id, feedback_id=given.id,
                        stance=voice.stance or "rejected", words=voice.words,
                        recorded_by=self.cast.people["leida"], recorded_at=self.clock.now(),
                    )
                )  # fmt: skip
        self.session.flush()

    def document(self, title: str, kind: str, text: str) -> None:
        """Put a document on the case's page: plain text, which everyone's reader can read."""
        content = text.encode()
        self.session.add(
            Document(
                municipality_id=HOME, consultation_id=self.case.id, title=title, kind=kind,
                filename=f"{kind}.txt", media_type="text/plain", size=len(content),
                digest=self.house.store.put(HOME, content), pages=1, accessible=True, added_at=self.clock.now(),
                published_at=self.clock.now(),
            )
        )  # fmt: skip
        self.session.flush()

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

    def needs(self) -> list[Need]:
        query = select(Need).where(Need.municipality_id == HOME, Need.consultation_id == self.case.id)
        return list(self.session.exec(query.order_by(Need.id)))

    def post(self) -> Post:
        return self.house.post_office.of_case(self.session, self.case, now=self.clock.now())

    def _resident(self, voice: Voice, key: str) -> None:
        name = voice.by
        given = Opinion(
            key=key, author="person" if name else "anonymous", name=name, email=_address(name), text=voice.text,
            may_publish=True, language=voice.language,
        )  # fmt: skip
        opinion.give(
            self.session, HOME, self.case.number, given, links=self.house.links, store=self.house.store,
            post=self.post(), now=self.clock.now(),
        )  # fmt: skip
        if not name:
            return
        row = self.session.exec(
            select(Feedback).where(Feedback.municipality_id == HOME, Feedback.submission_key == key)
        ).one()
        self.clock.move_to(self.clock.now() + timedelta(minutes=3))
        opinion_link.confirm(
            self.session, HOME, opinion.token_of(self.house.links, row), voice.language, links=self.house.links,
            post=self.post(), now=self.clock.now(),
        )  # fmt: skip

    def _waits(self, kind: str) -> list[Wait]:
        waits = self.house.runtime.waits(self.session, HOME, str(self.case.instance_id))
        return [it for it in waits if it.kind == kind]

    def _next_timer(self) -> datetime | None:
        return min((it.due_at for it in self._waits(TIMER) if it.due_at is not None), default=None)


def moment(day: date, hour: int) -> datetime:
    """A full hour in Tallinn, as an aware UTC moment."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def _address(name: str) -> str:
    """An address that can never receive mail, from a name in any letters."""
    if not name:
        return ""
    plain = name.lower().translate(str.maketrans("äöõüšž ", "aoousz."))
    return f"{plain}@example.org" if plain.isascii() else "sergei.primernyi@example.org"


def _row(
    session: Session, definition: Definition, cast: Cast, matter: Matter, applied_on: date, planner_id: str,
    now: datetime,
) -> Consultation:  # fmt: skip
    number = next_number(session, HOME, f"dp-{applied_on.year}")
    case = Consultation(
        municipality_id=HOME, number=f"dp-{applied_on.year}-{number}", kind=PROCESS, planner_id=planner_id,
        committee_id=cast.committee_id, application_on=applied_on, applicant=matter.applicant,
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
