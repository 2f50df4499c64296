"""A small municipality for the public's tests: one case, one round, one invited association, a post that lies still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from notifications.address import Postmark
from notifications.outbox import OutgoingLetter
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import Database
from processes.document import Store
from processes.feedback import Feedback
from processes.invitation import INVITED, Invitation, Links
from processes.meeting import Attendance, Meeting
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person
from processes.post import Post, PostOffice
from processes.round import Round
from tests import tables

HOME = "9999"
OPENS = datetime(2027, 1, 4, 6, 0, tzinfo=UTC)
CLOSES = datetime(2027, 1, 18, 21, 59, 59, tzinfo=UTC)
DURING = OPENS + timedelta(days=3)
AFTER = CLOSES + timedelta(hours=1)
KEY = "k" * 24
PDF = b"%PDF-1.7\nhello"


class Scene:
    """The rows of one case and the tools its actions take."""

    def __init__(self, database: Database, folder: Path) -> None:
        tables.lay(database.url)
        self.database = database
        self.store = Store(folder / "files")
        self.links = Links(b"a secret of at least sixteen bytes")
        postmark = Postmark(b"another secret of sixteen", "naidisvald.example")
        self.office = PostOffice(self.links, postmark, "https://kaasa.example")
        self.case_id = self.round_id = self.invitation_id = self.meeting_id = ""
        self.token = ""
        self._build()

    def _build(self) -> None:
        with self.write() as session:
            session.add(
                Municipality(
                    municipality_id=HOME, name="Näidisvald", email="vald@naidisvald.example", phone="555 0000"
                )
            )
            aino = Person(
                municipality_id=HOME, name="Aino Kask", email="aino@naidisvald.example", phone="5550001"
            )
            session.add(aino)
            session.flush()
            case = Consultation(
                municipality_id=HOME,
                number="dp-2027-1",
                state=RUNNING,
                planner_id=aino.id,
                place="Kooli tänav",
                created_at=OPENS - timedelta(days=90),
                launched_at=OPENS - timedelta(days=60),
                published_at=OPENS - timedelta(days=60),
            )
            session.add(case)
            session.flush()
            session.add(
                ConsultationText(
                    municipality_id=HOME,
                    consultation_id=case.id,
                    language="et",
                    title="Kooli tänava ristmik",
                    what="Ristmik ehitatakse ümber.",
                    open_points="Ülekäikude kohad.",
                    already_decided="Bussipeatus tuleb.",
                )
            )
            self.case_id = case.id
            self.round_id = self.add_round(session).id
            society = Organisation(
                municipality_id=HOME, name="Näidisvalla Kurtide Selts", email="mart@selts.example"
            )
            session.add(society)
            session.flush()
            invitation = self.links.new_invitation(HOME, case.id, society.id)
            invitation.state = INVITED
            invitation.invited_at = OPENS
            session.add(invitation)
            session.flush()
            self.invitation_id, self.token = invitation.id, self.links.of(invitation)

    def add_round(self, session: Session, **more: Any) -> Round:
        values: dict[str, Any] = {
            "phase": "display",
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "place": "vallamaja",
        } | more
        row = Round(municipality_id=HOME, consultation_id=self.case_id, **values)
        session.add(row)
        session.flush()
        return row

    def add_meeting(self, session: Session, **more: Any) -> Meeting:
        starts = CLOSES + timedelta(days=10) - timedelta(hours=7)
        values: dict[str, Any] = {
            "kind": "discussion",
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=2),
            "place": "Rahvamaja",
            "uid": "one@naidisvald.example",
        } | more
        row = Meeting(municipality_id=HOME, consultation_id=self.case_id, **values)
        session.add(row)
        session.flush()
        session.add(Attendance(municipality_id=HOME, meeting_id=row.id, invitation_id=self.invitation_id))
        session.flush()
        self.meeting_id = row.id
        return row

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.database.open_transaction() as session:
            yield session

    def post(self, session: Session, now: datetime) -> Post:
        return self.office.at(session, HOME, now=now)

    def case(self, session: Session) -> Consultation:
        return session.get_one(Consultation, (HOME, self.case_id))

    def round(self, session: Session) -> Round:
        return session.get_one(Round, (HOME, self.round_id))

    def invitation(self, session: Session) -> Invitation:
        return session.get_one(Invitation, (HOME, self.invitation_id))

    def opinions(self, session: Session) -> list[Feedback]:
        return list(session.exec(select(Feedback).order_by(Feedback.id)).all())

    def letters(self, session: Session) -> list[OutgoingLetter]:
        return list(session.exec(select(OutgoingLetter).order_by(OutgoingLetter.id)).all())
