"""Tells planners of letters that did not arrive: a letter a day and case at most, beside the line on their desk."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, func, select

from engine.clock import Clock
from notifications.outbox import OutgoingLetter
from processes.consultation import RUNNING, Consultation
from processes.post import PostOffice

KIND = "undelivered"
QUIET = timedelta(days=1)
MOST = 50
_log = structlog.get_logger(__name__)


class Undelivered:
    """The drain that looks for lost letters. In: a way to open a transaction, the post, the clock."""

    def __init__(
        self,
        open_transaction: Callable[[], AbstractContextManager[Session]],
        office: PostOffice,
        clock: Clock,
    ) -> None:
        self._open, self._office, self._clock = open_transaction, office, clock

    def drain(self) -> int:
        """Write to the planners of cases with new losses. Out: how many letters. A case that fails holds up no other."""
        now = self._clock.now()
        with self._open() as session:
            found = [
                (case.municipality_id, case.id, many, newest)
                for case, many, newest in session.exec(_lost().limit(MOST))
            ]
        return sum(self._tell(*it, now) for it in found)

    def _tell(self, home: str, case_id: str, count: int, newest: str, now: datetime) -> int:
        try:
            with self._open() as session:
                case = session.get_one(Consultation, (home, case_id))
                if _recently(session, case, now - QUIET):
                    return 0
                key = f"{KIND}:{case.id}:{count}:{newest}"
                return self._office.of_case(session, case, now=now).undelivered(case, count, key=key).letters
        except Exception as error:  # noqa: BLE001  the other cases' planners are still to be told
            _log.warning("losses_not_told", case=case_id, error=type(error).__name__)
            return 0


def _lost() -> Any:
    """Running cases with letters that did not arrive: how many, and the newest of them."""
    letter = OutgoingLetter
    lost = (
        select(
            letter.tenant_id,
            letter.business_key,
            func.count().label("many"),
            func.max(letter.id).label("newest"),
        )
        # In the very words of the partial index: with parameters, SQLite would not use it.
        .where(sa.text("outgoing_letter.state IN ('failed', 'held')"), letter.kind != KIND)
        .group_by(col(letter.tenant_id), col(letter.business_key))
        .subquery("lost")
    )
    return (
        select(Consultation, lost.c.many, lost.c.newest)
        .join(
            lost,
            (lost.c.tenant_id == col(Consultation.municipality_id)) & (lost.c.business_key == col(Consultation.id)),
        )
        .where(
            Consultation.state == RUNNING,
            ~sa.exists().where(
                col(OutgoingLetter.tenant_id) == lost.c.tenant_id,
                col(OutgoingLetter.dedup_key)
                == sa.literal(f"{KIND}:") + lost.c.business_key + ":" + sa.cast(lost.c.many, sa.String) + ":" + lost.c.newest,
            ),
        )
        .order_by(Consultation.id)
    )  # fmt: skip


def _recently(session: Session, case: Consultation, since: datetime) -> bool:
    query = select(OutgoingLetter.id).where(
        OutgoingLetter.tenant_id == case.municipality_id,
        OutgoingLetter.business_key == case.id,
        OutgoingLetter.kind == KIND,
        OutgoingLetter.created_at > since,
    )
    return session.exec(query.limit(1)).first() is not None
