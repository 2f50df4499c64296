"""How an organisation wants its letters: each by itself, the lesser ones in one a day, or without reminders.

The choice is a row, made on the organisation's own page or by the one click of RFC 8058, and taken back the same
way. Only `reminding.STEMS` may be refused. What the law has us tell, invitations, changes of a meeting, receipts
and answers always leave at once and by themselves.
"""

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, select

from processes.database import Row, belongs_to
from processes.errors import LinkNotValid
from processes.invitation import Links
from processes.organisation import Organisation

EACH, DIGEST, NONE = "each", "digest", "none"
CHOICES = (EACH, DIGEST, NONE)
PAGE, ONE_CLICK = "page", "one_click"
_MAC = 40  # of 64 hexadecimal characters: 160 bits


class Subscription(Row, table=True):
    """An organisation's choice. Without a row each letter leaves by itself. `changed_by` is PAGE or ONE_CLICK."""

    __table_args__ = (belongs_to("organisation"), UniqueConstraint("municipality_id", "organisation_id"))

    organisation_id: str
    choice: str = EACH
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = PAGE


def choice_of(session: Session, municipality_id: str, organisation_id: str) -> str:
    """What an organisation chose, EACH when it never did."""
    return choices_of(session, municipality_id, [organisation_id]).get(organisation_id, EACH)


def choices_of(session: Session, municipality_id: str, organisation_ids: Collection[str]) -> dict[str, str]:
    """The choices of those that made one, by organisation; one question."""
    query: Any = select(Subscription.organisation_id, Subscription.choice).where(
        Subscription.municipality_id == municipality_id,
        col(Subscription.organisation_id).in_(organisation_ids),
    )
    return dict(iter(session.exec(query)))


def choose(session: Session, organisation: Organisation, choice: str, *, by: str, now: datetime) -> None:
    """Keep a choice; the same again changes nothing. In: one of CHOICES."""
    query = select(Subscription).where(
        Subscription.municipality_id == organisation.municipality_id,
        Subscription.organisation_id == organisation.id,
    )
    row = session.exec(query.with_for_update()).first()
    if row is None:
        row = Subscription(
            municipality_id=organisation.municipality_id, organisation_id=organisation.id, changed_at=now
        )
    elif row.choice == choice:
        return
    row.choice, row.changed_at, row.changed_by = choice, now, by
    session.add(row)
    session.flush()


def token(links: Links, organisation: Organisation) -> str:
    """The secret part of the link to an organisation's own page, for letters to its own address alone.

    It follows from that address: when the address changes, links sent to the old one die. Nothing is stored.
    """
    return organisation.id.replace("-", "") + _mac(links, organisation)


def find(session: Session, municipality_id: str, given: str, links: Links) -> Organisation:
    """Whose page a link opens; opening uses nothing up. Errors: LinkNotValid."""
    key, mac = given[:32], given[32:]
    name = "-".join((key[:8], key[8:12], key[12:16], key[16:20], key[20:]))
    found = session.get(Organisation, (municipality_id, name))
    if (
        found is None
        or not found.active
        or not hmac.compare_digest(mac.encode(), _mac(links, found).encode())
    ):
        raise LinkNotValid
    return found


def _mac(links: Links, organisation: Organisation) -> str:
    return links.token("own", f"{organisation.id}:{organisation.email.lower()}")[:_MAC]
