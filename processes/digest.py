"""What a digest will say: a letter that was not sent by itself because its reader wants one a day.

A row per letter that would have left, with its subject alone: what it was about is told by the page it links to.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, select, update

from engine.clock import ZONE
from notifications.outbox import OutgoingLetter
from processes import reminding, subscription
from processes.database import Row, belongs_to, new_id
from processes.invitation import INVITED, Invitation
from processes.reminding import Leaving

STEMS = (*reminding.STEMS, "round")
"""The letters that may wait for the digest; none that the law asks for, nor one that changes a calendar at once."""
STEM = "digest"
AT = time(10)
"""On the clocks of Tallinn, an hour after the reminders of the day."""


class DigestItem(Row, table=True):
    """One thing to tell. `key` is that of the letter it stands for, so it is told once, one way or the other.

    `letter_key` is the digest that told it; empty for what was overtaken before.
    """

    __tablename__ = "digest_item"
    __table_args__: Any = (
        belongs_to("organisation"),
        belongs_to("invitation"),
        UniqueConstraint("municipality_id", "key"),
        # Workers serve every municipality of the database, so this index begins with what they search by.
        Index(
            "ix_digest_item_due_at",
            "due_at",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    organisation_id: str
    invitation_id: str
    kind: str
    key: str
    subject: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    letter_key: str = ""


def due(now: datetime) -> datetime:
    """When a digest leaves that tells what happens at this moment: the next ten o'clock."""
    local = now.astimezone(ZONE)
    day = local.date() if local.time() <= AT else local.date() + timedelta(days=1)
    return datetime.combine(day, AT, ZONE).astimezone(UTC)


def keep(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Put things aside for digests, one statement; known keys are passed over. Out: how many are new."""
    if not rows:
        return 0
    table: Table = DigestItem.__table__  # type: ignore[attr-defined]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).on_conflict_do_nothing(index_elements=["municipality_id", "key"])
    made = [{"id": new_id(), "told_at": None, "letter_key": "", **row} for row in rows]
    return len(session.connection().execute(insert.returning(table.c.id), made).all())


def claim(session: Session, now: datetime) -> list[DigestItem]:
    """Everything one organisation is to be told now, locked for this transaction; empty when nothing is due."""
    waiting = (col(DigestItem.told_at).is_(None), DigestItem.due_at <= now)
    first = select(DigestItem).where(*waiting).order_by(col(DigestItem.due_at), DigestItem.id).limit(1)
    oldest = session.exec(first.with_for_update(skip_locked=True)).first()
    if oldest is None:
        return []
    same = select(DigestItem).where(
        *waiting,
        DigestItem.municipality_id == oldest.municipality_id,
        DigestItem.organisation_id == oldest.organisation_id,
    )
    return list(session.exec(same.order_by(DigestItem.id).with_for_update()).all())


def put_off(session: Session, municipality_id: str, organisation_id: str, until: datetime) -> None:
    """Try an organisation's digest again later."""
    waiting = (
        col(DigestItem.municipality_id) == municipality_id,
        col(DigestItem.organisation_id) == organisation_id,
        col(DigestItem.told_at).is_(None),
    )
    session.exec(update(DigestItem).where(*waiting, col(DigestItem.due_at) < until).values(due_at=until))


def still_true(session: Session, items: Sequence[DigestItem], now: datetime) -> list[DigestItem]:
    """Those that nothing has overtaken since: a reminder is for the silent alone, news for the invited.

    In: things of one organisation. Whoever has come to refuse reminders meanwhile is told of none.
    """
    left: list[DigestItem] = []
    if not items:
        return left
    refused = (
        subscription.choice_of(session, items[0].municipality_id, items[0].organisation_id)
        == subscription.NONE
    )
    for item in items:
        if refused and item.kind in reminding.STEMS:
            continue
        invitation = session.get(Invitation, (item.municipality_id, item.invitation_id))
        if invitation is None or invitation.state != INVITED:
            continue
        if item.kind in reminding.STEMS:
            about = item.key.split(":")[1]
            asked = [item.invitation_id]
            if not reminding.still_silent(session, item.municipality_id, item.kind, about, asked, now):
                continue
        left.append(item)
    return left


def outdated(session: Session, letters: Sequence[Leaving], now: datetime) -> set[tuple[str, str]]:
    """Digests on their way out that tell of something overtaken. Out: tenant and id of those that must stay.

    What is still true of such a letter is put back and told by a new one; with nothing left, none goes.
    """
    gone = set()
    ours = [(it.tenant_id, it.id) for it in letters if it.kind == STEM]
    for home in {tenant for tenant, _ in ours}:
        query = (
            select(OutgoingLetter.id, DigestItem)
            .join(
                DigestItem,
                (col(DigestItem.municipality_id) == col(OutgoingLetter.tenant_id))
                & (col(DigestItem.letter_key) == col(OutgoingLetter.dedup_key)),
            )
            .where(
                OutgoingLetter.tenant_id == home,
                col(OutgoingLetter.id).in_([key for it, key in ours if it == home]),
            )
        )
        told: dict[str, list[DigestItem]] = {}
        for letter_id, item in session.exec(query.order_by(DigestItem.id)):
            told.setdefault(letter_id, []).append(item)
        for letter_id, items in told.items():
            left = still_true(session, items, now)
            if len(left) == len(items):
                continue
            gone.add((home, letter_id))
            for item in items:
                item.letter_key = ""
                if item in left:
                    item.told_at, item.due_at = None, now
                session.add(item)
    return gone
