"""The same invented case without a process: services are called as the engine would call them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.service import Step
from processes import catalogue, terms
from processes.consultation import Consultation
from processes.post import Post
from tests.processes.plan_case import APPLICATION, HOME, PlanCase


class Room(PlanCase):
    """Rows and a clock; `working` opens a transaction and gives the step, its post and its links."""

    def _begin(self, session: Session) -> None:
        case = session.get_one(Consultation, (HOME, self.id))
        case.terms = json.dumps(terms.freeze(catalogue.kind("detailed_plan").files(), APPLICATION))
        session.add(case)
        self.instance_id = "none"

    @contextmanager
    def working(self, element: str = "task", *, now: datetime | None = None) -> Iterator[Step]:
        with self.database.open_transaction() as session:
            yield Step(
                session=session,
                tenant_id=HOME,
                instance_id="none",
                business_key=self.id,
                definition=None,  # type: ignore[arg-type]  only the post asks for it
                now=now or self.clock.now(),
                actor=self.people["planner"],
                element=element,
            )

    def post(self, step: Step) -> Post:
        files = catalogue.kind("detailed_plan").files()
        return self.office.at(step.session, HOME, now=step.now, definition_files=files)

    def add(self, *rows: Any) -> None:
        with self.database.open_transaction() as session:
            session.add_all(rows)
