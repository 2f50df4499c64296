"""A stage for rehearsals: an invented municipality in memory, with one case and the people it needs.

Everything on it is the product itself, on a database nobody else sees; letters end in its outbox.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlmodel import col, select

from engine.clock import ZONE
from engine.process import Files
from engine.rehearsal import Rehearsal
from engine.runtime import Runtime
from engine.service import Services, Step
from notifications.address import Postmark
from notifications.outbox import OutgoingLetter
from processes import tables, terms
from processes.agenda import AgendaItem
from processes.committee import Committee, CommitteeMember
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import Database
from processes.errors import NotFound
from processes.feedback import Feedback, next_receipt
from processes.invitation import Links
from processes.listener import CaseListener
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person
from processes.post import Post, PostOffice
from processes.response import Response
from processes.round import current
from processes.summary import Treatment
from processes.summary import newest as newest_summary
from processes.summary_content import unresolved

HERE = "9999"
SECRET = b"a rehearsal keeps no secrets"
MORNING = time(10, 0)
FIRST_RULES = date(2015, 7, 1)
"""The first day the table of terms knows (PlanS); an older case is compared with these."""


@dataclass(frozen=True)
class Sent:
    """A letter of the rehearsal: to whom, of what kind, when."""

    to: str
    kind: str
    at: datetime


def moment(day: date, at: time = MORNING) -> datetime:
    """A time of day in Tallinn, as an aware UTC moment."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


class Stage:
    """One case, ready to be played. In: a process's files, the first day, names of invited organisations."""

    def __init__(self, files: Files, on: date, title: str = "Proov", invited: Sequence[str] = ()) -> None:
        self.database = Database("sqlite://")
        tables.metadata().create_all(self.database.engine)
        links = Links(SECRET)
        office = PostOffice(links, Postmark(SECRET, "proov.example"), "https://proov.example")
        tools: dict[type, Callable[[Step], object]] = {
            Post: office.of_step,
            Links: lambda _step: links,
            Runtime: lambda _step: self.play.runtime,
        }
        self.play = Rehearsal(
            files,
            Services("processes.services"),
            tools,
            [CaseListener()],
            self.database.open_transaction,
            moment(on),
            tenant_id=HERE,
        )
        self.organisations: list[str] = []
        self.authorities: list[str] = []
        self.case_id = self._cast(files, on, title, invited)
        self.play.actor = self.planner

    def begin(self, data: Mapping[str, object]) -> None:
        """Start the process with what the launch form would have said."""
        instance = self.play.start(self.case_id, data)
        with self.database.open_transaction() as session:
            case = session.get_one(Consultation, (HERE, self.case_id))
            case.instance_id, case.state, case.launched_at = instance.id, RUNNING, self.play.clock.now()
            session.add(case)

    def hear(self, author: str, text: str, received: datetime, *, organisation: bool, theme: str = "") -> str:
        """Keep an opinion that came on paper. Out: its id."""
        with self.database.open_transaction() as session:
            newest = current(session, HERE, self.case_id)
            opinion = Feedback(
                municipality_id=HERE, consultation_id=self.case_id, round_id=newest.id if newest else None,
                receipt=next_receipt(session, HERE, received.year), submission_key=f"{author}:{text}:{received}",
                author_kind="organisation" if organisation else "person", author_name=author, channel="paper",
                entered_by=self.planner, received_at=received, text=text, theme=theme,
                author_address="proovi aadress",
            )  # fmt: skip
            session.add(opinion)
            session.flush()
            return opinion.id

    def answer(self, outcomes: Mapping[str, tuple[str, str]]) -> None:
        """Answer every opinion not answered yet. In: opinion id -> outcome and reasons; others are noted."""
        with self.database.open_transaction() as session:
            mine = (Feedback.municipality_id == HERE, Feedback.consultation_id == self.case_id)
            for opinion in session.exec(select(Feedback).where(*mine)).all():
                if session.get(Response, (HERE, opinion.id)) is None:
                    outcome, reasons = outcomes.get(opinion.id, ("noted", "Võeti teadmiseks."))
                    session.add(
                        Response(
                            municipality_id=HERE, feedback_id=opinion.id, outcome=outcome, reasons=reasons,
                            written_by=self.planner, written_at=self.play.clock.now(),
                        )
                    )  # fmt: skip

    def treat(self) -> None:
        """Let the committee reject every unresolved objection: its page must be treated whole."""
        with self.database.open_transaction() as session:
            page = newest_summary(session, HERE, self.case_id)
            if page is None:
                raise NotFound
            for feedback_id in unresolved(page):
                session.merge(
                    Treatment(
                        municipality_id=HERE, summary_id=page.id, feedback_id=feedback_id, stance="rejected",
                        words="Komisjon jäi valla seisukoha juurde.", recorded_by=self.planner,
                        recorded_at=self.play.clock.now(),
                    )
                )  # fmt: skip

    def put_on_agenda(self, title: str = "Proovi teema") -> None:
        """Put a topic on the session's agenda."""
        with self.database.open_transaction() as session:
            session.add(
                AgendaItem(municipality_id=HERE, consultation_id=self.case_id, position=1, title=title)
            )

    def letters(self) -> list[Sent]:
        """Every letter written so far, in order."""
        with self.database.session() as session:
            rows = session.exec(
                select(OutgoingLetter).order_by(col(OutgoingLetter.created_at), col(OutgoingLetter.id))
            )
            return [Sent(row.recipient_address, row.kind, row.created_at) for row in rows]

    def _cast(self, files: Files, on: date, title: str, invited: Sequence[str]) -> str:
        with self.database.open_transaction() as session:
            session.add(Municipality(municipality_id=HERE, name="Proovivald", email="vald@proov.example"))
            planner = Person(municipality_id=HERE, name="Proovi Planeerija", email="planeerija@proov.example")
            member = Person(municipality_id=HERE, name="Proovi Liige", email="liige@proov.example")
            board = Committee(municipality_id=HERE, name="Proovikomisjon", freeze_days=1)
            named = [(name, "association") for name in invited or ("Proovi Selts", "Proovi Koda")]
            rows = [
                Organisation(municipality_id=HERE, name=name, kind=kind, email=f"nr{number}@proov.example")
                for number, (name, kind) in enumerate([*named, ("Proovi Päästekeskus", "authority")], 1)
            ]
            session.add_all([planner, member, board, *rows])
            session.flush()
            self.planner = planner.id
            session.add(
                CommitteeMember(municipality_id=HERE, committee_id=board.id, person_id=member.id, chair=True)
            )
            case = Consultation(
                municipality_id=HERE, number="proov-1", planner_id=planner.id, committee_id=board.id,
                application_on=on, created_at=self.play.clock.now(), kind=self.play.definition.key,
            )  # fmt: skip
            case.terms = json.dumps(terms.freeze(files, max(on, FIRST_RULES)))
            session.add(case)
            session.flush()
            session.add(
                ConsultationText(municipality_id=HERE, consultation_id=case.id, language="et", title=title)
            )
            self.organisations = [row.id for row in rows if row.kind != "authority"]
            self.authorities = [row.id for row in rows if row.kind == "authority"]
            return case.id
