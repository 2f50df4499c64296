"""The pages that only exist when something needs a hand: failures, waiting mail, long sendings, older versions."""

from __future__ import annotations

import re

from sqlmodel import Session, col, select

from engine.definition import Definition
from engine.incident import Incident
from engine.job import STOPPED, Job
from engine.wait import Wait
from processes import tables
from processes.consultation import Consultation
from processes.database import Database
from processes.inbound import IncomingMail
from processes.mass_mailing import MassMailing
from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults, sign_in

HOME = "9999"
INCIDENT = "00000000-0000-7000-8000-000000000001"
MAIL = "00000000-0000-7000-8000-000000000002"
TASK = "00000000-0000-7000-8000-000000000003"


def trouble(session: Session) -> str:
    """Make everything need a hand. Out: the number of the case that has it all."""
    job = session.exec(select(Job).order_by(col(Job.due_at))).first()
    assert job is not None
    case = session.exec(select(Consultation).where(Consultation.instance_id == job.instance_id)).one()
    now = case.created_at
    job.state = STOPPED
    session.add(job)
    session.add(
        Incident(
            tenant_id=HOME, id=INCIDENT, instance_id=job.instance_id, job_id=job.id, trace="Traceback …",
            element="display_round/round_closes", error="the server is away", created_at=now,
        )
    )  # fmt: skip
    session.add(
        IncomingMail(
            municipality_id=HOME, id=MAIL, digest="d", size=1, received_at=now, kind="opinion", outcome="no_case", sender="m@selts.example",
            subject="Arvamus", text="Palume pinki.", cut="> Tere", consultation_id=case.id,
        )
    )  # fmt: skip
    session.add(
        MassMailing(
            municipality_id=HOME, consultation_id=case.id, letter="reminded", about=case.id, arguments="{}",
            recipients="[]", total=300, written=100, begun_at=now, due_at=now, paused_at=now, error="RuntimeError",
        )
    )  # fmt: skip
    newest = session.exec(select(Definition).order_by(col(Definition.version).desc())).first()
    assert newest is not None
    again = Definition(
        **newest.model_dump() | {"id": "d-next", "version": newest.version + 1, "digest": "next"}
    )
    session.add(again)
    return case.number


def broken_task(session: Session) -> str:
    """Let a task break in the hands of whoever does it. Out: the number of its case."""
    wait = session.exec(select(Wait).where(Wait.element == "check_application")).one()
    session.add(
        Incident(
            tenant_id=HOME, id=TASK, instance_id=wait.instance_id, job_id=wait.id, trace="Traceback …",
            element=wait.element, error="the printer burns", created_at=wait.opened_at,
        )
    )  # fmt: skip
    return session.exec(select(Consultation).where(Consultation.instance_id == wait.instance_id)).one().number


def test_what_needs_a_hand_is_accessible_and_valid(
    server: Server, page_for: PageFor, axe: Axe, nu_check: NuCheck
) -> None:
    tables.metadata()
    database = Database(f"sqlite:///{server.folder}/kaasa.db")
    number = database.transaction(trouble)
    broken = database.transaction(broken_task)
    database.close()
    page = page_for()
    sign_in(page, server, "planner")
    paths = [
        "/et/desk", f"/et/cases/{number}/incidents", f"/et/cases/{number}/incidents/{INCIDENT}",
        f"/et/cases/{number}/letters", "/et/mails", f"/et/mails/{MAIL}", "/et/moving", "/et/moving/detailed_plan",
        f"/et/cases/{broken}/incidents/{TASK}",
    ]  # fmt: skip
    wrong: list[str] = []
    sources: dict[str, str] = {}
    for path in paths:
        answer = page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        wrong += faults(page, axe, path)
        sources[re.sub(r"[^a-z]+", "_", path)] = page.request.get(page.url).text()
    page.locator("form[action$='/skip'] button").click()  # nothing is filled in: what is missing is said
    assert page.locator("form[action$='/skip'] [aria-invalid]").count() >= 2
    wrong += faults(page, axe, "a refused skip")
    assert wrong == []
    assert nu_check(sources) == ""
