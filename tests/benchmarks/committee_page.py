"""The committee's page of a case with many opinions, frozen: every opinion answered, a sixth each accepted, partly and not."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, select

from engine.clock import HeldClock
from processes import summary_content
from processes.committee import Committee
from processes.consultation import Consultation
from processes.feedback import Feedback
from processes.meeting import Meeting
from processes.response import Response
from processes.summary import Summary
from tests.benchmarks.page import HOME, NOW
from web.compose import compose
from web.settings import Settings

OUTCOMES = ("accepted", "partly", "not_accepted", "noted", "noted", "noted")
REASONS = (
    "Ettepanekut kaaluti. Planeeringu lahendus lähtub liiklusuuringust ja säilitab olemasolevad puud, sest need on "
    "elujõulised. Kaldtee tehti laugemaks ja selle äärde pandi käsipuu; pink jääb peatuse juurde."
)
FACES = {"page": "", "text": ".txt", "pdf": ".pdf", "docx": ".docx"}


def freeze(folder: Path) -> str:
    """In: an installation with one case whose opinions are there. Out: the id of its frozen page."""
    kaasa = compose(Settings(folder=folder), clock=HeldClock(NOW), wall=HeldClock(NOW))
    try:
        with kaasa.database.open_transaction() as session:
            return _frozen(session, session.exec(select(Consultation)).one())
    finally:
        kaasa.close()


def _frozen(session: Session, case: Consultation) -> str:
    answers = {it.feedback_id: it for it in session.exec(select(Response))}
    for number, said in enumerate(session.exec(select(Feedback.id).order_by(Feedback.id)).all()):
        outcome = OUTCOMES[number % len(OUTCOMES)]
        given = answers.get(said) or Response(
            municipality_id=HOME,
            feedback_id=said,
            outcome=outcome,
            written_by=case.planner_id,
            written_at=NOW,
        )
        given.outcome, given.reasons = outcome, REASONS
        session.add(given)
    board = Committee(municipality_id=HOME, name="Planeerimiskomisjon")
    starts = NOW + timedelta(days=8)
    called = Meeting(
        municipality_id=HOME, consultation_id=case.id, kind="committee", starts_at=starts,
        ends_at=starts + timedelta(hours=2), uid=f"session-{case.id}",
    )  # fmt: skip
    session.add_all([board, called])
    session.flush()
    page = Summary(
        municipality_id=HOME, consultation_id=case.id, committee_id=board.id, meeting_id=called.id, question="Kas toetada?"
    )  # fmt: skip
    page.content = json.dumps(
        summary_content.build(session, case, page, NOW), ensure_ascii=False, sort_keys=True
    )
    page.digest, page.frozen_at = hashlib.sha256(page.content.encode()).hexdigest(), NOW
    session.add(page)
    session.flush()
    return page.id
