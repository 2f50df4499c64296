"""A round table of an invented municipality, cycle after cycle, on the real engine with the clock in hand."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy

from sqlmodel import Session, select

from engine.instance import Instance
from engine.wait import HUMAN, Wait
from processes.actions import agenda_agreeing, agenda_setting, assigning, follow_up
from processes.actions.agenda_setting import Chosen
from processes.actions.assigning import Given
from processes.actions.follow_up import FollowUp
from processes.consultation import Consultation
from processes.feedback import Feedback
from processes.invitation import Invitation
from processes.permission import Actor
from tests.processes.plan_case import HOME, PlanCase, at

CHAMBER, UNION = "Näidismaa Puuetega Inimeste Koda", "Näidise Kurtide Ühing"


class TableCase(PlanCase):
    """One series. `self.id` is the cycle that is played now."""

    kind, number, title = "round_table", "rt-2026-1", "Näidisvalla sotsiaalkaitse ümarlaud"

    @property
    def actor(self) -> Actor:
        return Actor(HOME, self.people["planner"], frozenset({"planner"}), "Aino Kask")

    # Stretches of one cycle.

    def call(self, session_on: date, rhythm: str = "quarter") -> None:
        """Set the session's day and ask for topics."""
        self.complete("plan_cycle", session_on=session_on, rhythm=rhythm)
        self.complete("invite_organisations")

    def topic(self, words: str, organisation: str = UNION, *, called: str = "") -> str:
        """A proposal of an association (`called` otherwise in a real file) in the round that runs now."""
        with self.database.session() as session:
            asked = session.exec(select(Invitation).where(
                Invitation.consultation_id == self.id,
                Invitation.organisation_id == self.organisations[organisation],
            )).one()  # fmt: skip
        given = self.opinion(words)
        with self.step() as session:
            row = session.get_one(Feedback, (HOME, given))
            row.invitation_id, row.author_kind, row.author_name = (
                asked.id,
                "organisation",
                called or organisation,
            )
            session.add(row)
        return given

    def propose(self, *keys: str, own: tuple[str, ...] = (), cochair: str = CHAMBER) -> None:
        """Put topics on the agenda and send it to the chair."""
        chosen = Chosen(keys=keys, own=own, cochair_id=self.organisations[cochair])
        with self.step() as session:
            agenda_setting.propose(
                session, self.actor, self.row().number, self.wait_id("propose_agenda"), chosen,
                runtime=self.runtime, now=self.clock.now(), key="",
            )  # fmt: skip

    def agree(self) -> None:
        """The association's chair agrees on their own page."""
        with self.step() as session:
            agenda_agreeing.agree(
                session,
                HOME,
                self.token(CHAMBER),
                links=self.links,
                runtime=self.runtime,
                now=self.clock.now(),
            )

    def send_back(self, comment: str) -> None:
        with self.step() as session:
            agenda_agreeing.send_back(
                session, HOME, self.token(CHAMBER), comment, links=self.links, runtime=self.runtime,
                now=self.clock.now(),
            )  # fmt: skip

    def meet(self, day: date, minutes: str = "Arutati teemasid.") -> None:
        """Call the session, arrange it, hold it and write the draft of the minutes."""
        starts = at(day, 14)
        self.complete(
            "plan_meeting", starts_at=starts, ends_at=starts + timedelta(hours=2), place="vallamaja",
            url="https://kohtumine.example/laud",
        )  # fmt: skip
        self.complete("arrange_session", hall_ready=True, interpreter_ready=True, papers_ready=True)
        self.go_to(starts + timedelta(hours=20))
        self.complete("record_minutes", minutes=minutes)

    def give(
        self, what: str, owner: str, due_on: date, proposal: str = "", *, since: str = "", by: str = ""
    ) -> int:
        """Give a task. Out: its number."""
        given = Given(what, owner, due_on.isoformat(), proposal, since, by)
        with self.step() as session:
            return assigning.add(session, self.actor, self.row().number, given, now=self.clock.now())

    def close_task(self, number: int, state: str = "done", note: str = "Tehtud.") -> None:
        with self.step() as session:
            page = assigning.read(session, self.actor, self.row().number, "et", now=self.clock.now())
            found = next(it for it in page.tasks if it.number == number)
            assigning.close(
                session, self.actor, self.row().number, found.id, state, note, now=self.clock.now()
            )

    def finish(self, element: str, minutes: str = "Arutati teemasid ja lepiti kokku.") -> None:
        """Finish a step of the page of what was agreed."""
        with self.step() as session:
            assigning.finish(
                session, self.actor, self.row().number, self.wait_id(element), minutes, runtime=self.runtime,
                now=self.clock.now(), key="",
            )  # fmt: skip

    def report(self) -> None:
        """The committee hears the summary."""
        starts = at(self.today + timedelta(days=12), 16)
        self.complete(
            "plan_session",
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            question="Võtta teadmiseks?",
        )
        self.go_to(starts + timedelta(days=1))

    def on_to_next(self) -> None:
        """Let time pass until the next cycle has begun by itself, and go on in it."""
        before = self.row()
        self.go_to_next_timer()
        with self.database.session() as session:
            following = session.exec(select(Consultation).where(
                Consultation.series_id == before.series_id, Consultation.turn == before.turn + 1
            )).one()  # fmt: skip
        self.id, self.instance_id = following.id, str(following.instance_id)

    # What can be seen.

    def followed(self) -> FollowUp:
        with self.database.session() as session:
            return follow_up.follow_up(session, HOME, self.row().number, "et", now=self.clock.now())

    def followed_of(self, case: Consultation) -> FollowUp:
        with self.database.session() as session:
            return follow_up.follow_up(session, HOME, case.number, "et", now=self.clock.now())

    def instance_of(self, instance_id: str) -> Instance:
        return self.rows(Instance, id=instance_id)[0]

    def text_of(self, kind: str) -> str:
        """The newest letter of a kind, as its text reads."""
        parsed = message_from_bytes(self.letters(kind)[-1].content, policy=policy.default)
        return parsed.get_body(("plain",)).get_content()

    def token(self, organisation: str) -> str:
        with self.database.session() as session:
            return self.links.of(self._invitation(session, organisation))

    def wait_id(self, element: str) -> str:
        with self.database.session() as session:
            waits = session.exec(
                select(Wait).where(Wait.instance_id == self.instance_id, Wait.kind == HUMAN)
            ).all()
            return next(it.id for it in waits if it.element.rpartition("/")[2] == element)

    def _invitation(self, session: Session, organisation: str) -> Invitation:
        return session.exec(select(Invitation).where(
            Invitation.consultation_id == self.id,
            Invitation.organisation_id == self.organisations[organisation],
        )).one()  # fmt: skip
