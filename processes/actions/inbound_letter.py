"""Which letter of ours a mail answers: by the token in its address. The token is the credential.

Our letters leave from their recipient's own reply address, so the outbox knows whose it is.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from notifications.outbox import OutgoingLetter
from processes.document import Store
from processes.inbound import IncomingMail
from processes.invitation import Invitation
from processes.post import PostOffice


@dataclass(frozen=True)
class Desk:
    """What a mail is worked on with: one transaction of one municipality."""

    session: Session
    municipality_id: str
    store: Store
    office: PostOffice
    now: datetime


@dataclass(frozen=True)
class Answered:
    """Whom the letters with this token went to: our `ref` of them, every address used, the newest case."""

    ref: str
    addresses: frozenset[str]
    consultation_id: str
    language: str

    def id_of(self, kind: str) -> str:
        """Out: the id behind a ref of this kind, such as `invitation`; empty for another kind."""
        begins, _, key = self.ref.partition(":")
        return key if begins == kind else ""


def answered(desk: Desk, token: str) -> Answered | None:
    """The letters that left from the address with this token; None when none did."""
    if not token:
        return None
    query = (
        select(
            OutgoingLetter.recipient_ref,
            OutgoingLetter.recipient_address,
            OutgoingLetter.business_key,
            OutgoingLetter.language,
        )
        .where(
            OutgoingLetter.tenant_id == desk.municipality_id,
            OutgoingLetter.sender_address == desk.office.postmark.address(token),
        )
        .order_by(col(OutgoingLetter.id).desc())
        .limit(500)
    )
    rows = desk.session.exec(query).all()
    # A stranger can write any address, but not one that our own maker would make for this recipient.
    if not rows or not desk.office.postmark.verify(token, rows[0][0]):
        return None
    addresses = frozenset(row[1].lower() for row in rows)
    case = next((row[2] for row in rows if row[2]), "")
    return Answered(rows[0][0], addresses, case, rows[0][3].removesuffix("-easy"))


def place(desk: Desk, mail: IncomingMail) -> tuple[Answered | None, Invitation | None]:
    """The letter a mail answers and the invitation it was about; the row is told of both, and of an official's own."""
    letter = answered(desk, mail.token)
    if letter is None:
        return None, None
    mail.consultation_id = letter.consultation_id or None
    key = letter.id_of("invitation")
    invitation = desk.session.get(Invitation, (desk.municipality_id, key)) if key else None
    if invitation is not None:
        mail.invitation_id, mail.consultation_id = invitation.id, invitation.consultation_id
    mail.person_id = letter.id_of("person") or None
    return letter, invitation
