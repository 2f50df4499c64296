"""The seeded municipality as its planners work on it: cases by the step they stand at, and who works there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from httpx import Response
from sqlmodel import Session, select

from engine.wait import Wait
from notifications.outbox import OutgoingLetter
from processes.actions import sign_in
from processes.consultation import Consultation
from processes.invitation import Invitation
from processes.organisation import Organisation
from processes.person import Person
from tests.web.conftest import HOME, Visitor, found
from web import auth


class Desk:
    """One case with a planner at it. `open` is the page of a sub path, `send` its form with a key and a token."""

    def __init__(self, visitor: Visitor, element: str, language: str = "en") -> None:
        self.visitor, self.kaasa, self.language = visitor, visitor.kaasa, language
        with self.kaasa.database.session() as session:
            query = select(Consultation).join(Wait, Wait.instance_id == Consultation.instance_id)
            case = session.exec(query.where(Wait.element == element)).first()
            assert case is not None, f"no case waits at {element}"
            self.id, self.number, self.planner_id = case.id, case.number, case.planner_id
            self.instance_id = case.instance_id
        self.become(self.planner_id)

    def become(self, person_id: str) -> None:
        now = self.kaasa.wall.now()
        token = self.kaasa.database.transaction(
            lambda s: sign_in.begin(s, municipality_id=HOME, person_id=person_id, now=now)
        )
        self.visitor.client.cookies.set(auth.cookie_name(self.kaasa.settings), token)

    def another_planner(self) -> str:
        with self.kaasa.database.session() as session:
            people = session.exec(select(Person).where(Person.name.in_(["Aino Näidis", "Urmas Proov"])))
            return next(it.id for it in people if it.id != self.planner_id)

    def path(self, sub: str) -> str:
        return f"/{self.language}/cases/{self.number}/{sub}"

    def open(self, sub: str, status: int = 200) -> str:
        answer = self.visitor.get(self.path(sub))
        assert answer.status_code == status, (answer.status_code, words(answer.text)[:1500])
        return answer.text

    def send(self, sub: str, fields: dict[str, Any] | None = None, **more: Any) -> Response:
        return self.visitor.post(self.path(sub), {"key": "k" * 24, **(fields or {})}, **more)

    def done(self, answer: Response) -> str:
        """Follow a deed to its page. Out: what that page says."""
        return words(self.visitor.follow(answer).text)

    def do(self, element: str, answers: dict[str, Any]) -> None:
        """Finish another step as whoever it is for."""
        now = self.kaasa.clock.now()

        def deed(session: Session) -> None:
            query = select(Wait).where(Wait.instance_id == self.instance_id, Wait.kind == "human")
            wait = next(it for it in session.exec(query) if it.element.rpartition("/")[2] == element)
            self.kaasa.runtime.complete(session, HOME, wait.id, answers, now=now, actor=self.planner_id)

        self.kaasa.database.transaction(deed)

    def waits(self) -> list[str]:
        return [it.element.rpartition("/")[2] for it in self.rows(Wait, instance_id=self.instance_id)]

    def wait_id(self, element: str) -> str:
        return next(
            it.id
            for it in self.rows(Wait, instance_id=self.instance_id)
            if it.element.rpartition("/")[2] == element
        )

    def rows(self, table: Any, **wanted: Any) -> list[Any]:
        with self.kaasa.database.session() as session:
            query = select(table)
            for name, value in wanted.items():
                query = query.where(getattr(table, name) == value)
            rows = list(session.exec(query).all())
            session.expunge_all()
            return rows

    def change(self, row: Any, **values: Any) -> None:
        def deed(session: Session) -> None:
            held = session.merge(row)
            for name, value in values.items():
                setattr(held, name, value)
            session.add(held)

        self.kaasa.database.transaction(deed)

    def letters(self, kind: str) -> list[OutgoingLetter]:
        return self.rows(OutgoingLetter, business_key=self.id, kind=kind)

    def invitation(self, name: str) -> Invitation:
        organisation = self.rows(Organisation, name=name)[0]
        return self.rows(
            Invitation, consultation_id=self.id, organisation_id=organisation.id, purpose="opinion"
        )[0]

    def go_on(self, **time: float) -> None:
        """Let time pass, and everything due in it happen."""
        self.kaasa.clock.move_to(self.kaasa.clock.now() + timedelta(**time))
        self.kaasa.loop.settle()
        self.become(self.planner_id)


def words(html: str) -> str:
    """What a page says: its text without the markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def hidden(html: str, name: str) -> str:
    return found(rf'name="{name}" value="([^"]*)"', html)
