"""What must not leave any more though it lies in the outbox: asked as letters leave, when nobody can answer in between."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications.outbox import OutgoingLetter
from processes import digest, reminding
from processes.invitation import Invitation
from processes.reminding import Leaving
from processes.subscription import NONE, Subscription

_REF = "invitation:"


def outdated(session: Session, letters: Sequence[Leaving], now: datetime) -> set[tuple[str, str]]:
    """Letters that an answer, a choice or an end has overtaken. In: those about to leave. Out: tenant and id."""
    return (
        reminding.outdated(session, letters, now)
        | refused(session, letters)
        | digest.outdated(session, letters, now)
    )


def refused(session: Session, letters: Sequence[Leaving]) -> set[tuple[str, str]]:
    """Reminders to whoever has chosen meanwhile to get none. A question for each municipality."""
    ours = [(it.tenant_id, it.id) for it in letters if it.kind in reminding.STEMS]
    gone: set[tuple[str, str]] = set()
    for home in {tenant for tenant, _ in ours}:
        query = select(OutgoingLetter.recipient_ref, OutgoingLetter.id).where(
            OutgoingLetter.tenant_id == home,
            col(OutgoingLetter.id).in_([key for it, key in ours if it == home]),
        )
        asked = [(ref.removeprefix(_REF), letter_id) for ref, letter_id in session.exec(query)]
        unwilling = set(session.exec(_unwilling(home, [it for it, _ in asked])))
        gone |= {(home, letter_id) for it, letter_id in asked if it in unwilling}
    return gone


def _unwilling(home: str, invitations: Sequence[str]) -> SelectOfScalar[str]:
    return (
        select(Invitation.id)
        .join(
            Subscription,
            (col(Subscription.municipality_id) == col(Invitation.municipality_id))
            & (col(Subscription.organisation_id) == col(Invitation.organisation_id)),
        )
        .where(
            Invitation.municipality_id == home,
            col(Invitation.id).in_(invitations),
            Subscription.choice == NONE,
        )
    )
