"""A delivery report: the letter counts as not arrived, its address is not written to again, the planner sees it.

Only a final failure of the address itself (5.1, 5.2.1, 5.4, 5.0) stops us from writing there; a full mailbox or a
refused content says nothing about the address. A report that nobody can place waits for a person.
"""

import re

from sqlmodel import col, select, update

from notifications.inbound.classified import Bounce, Classified
from notifications.outbox import OutgoingLetter
from processes.actions.inbound_letter import Answered, Desk, place
from processes.inbound import DONE, IncomingMail
from processes.invitation import Invitation
from processes.organisation import Organisation

_NO_SUCH_ADDRESS = re.compile(r"5\.(0\.0|1\.\d+|2\.1|4\.[04]|7\.13)")
_LEFT = ("sent", "sending", "deferred", "queued")


def taken(desk: Desk, mail: IncomingMail, read: Classified) -> None:
    """Work on a delivery report; the row says what was done."""
    letter, invitation = place(desk, mail)
    failed = [row for row in read.bounces if row.action == "failed"]
    mail.text = "\n".join(
        f"{row.action} {row.status} {row.recipient} {row.diagnostic}".strip() for row in read.bounces
    )
    if letter is None or not read.bounces:
        mail.outcome = "bounce_unplaced"
        return
    if not failed:
        # "Not yet": the mail server goes on trying, and will tell the end.
        mail.state, mail.outcome = DONE, "delayed"
        if any(row.action == "complaint" for row in read.bounces):
            mail.outcome, mail.state = "complaint", "waiting"
        return
    address = _address(letter, failed)
    _mark(desk, letter, address, failed[0])
    mail.outcome = "bounced"
    if any(_NO_SUCH_ADDRESS.fullmatch(row.status) for row in failed):
        _suppress(desk, letter, invitation, address)


def _address(letter: Answered, failed: list[Bounce]) -> str:
    """The address of ours that failed; a report may name where a mailbox forwards to, then there is one."""
    named = {row.recipient.lower() for row in failed} & letter.addresses
    return min(named) if named else min(letter.addresses)


def _mark(desk: Desk, letter: Answered, address: str, told: Bounce) -> None:
    """The newest letter that left for this address did not arrive; the words are the mail server's."""
    query = (
        select(OutgoingLetter.id)
        .where(
            OutgoingLetter.tenant_id == desk.municipality_id,
            OutgoingLetter.recipient_ref == letter.ref,
            col(OutgoingLetter.recipient_address).ilike(
                address.replace("%", "").replace("_", r"\_"), escape="\\"
            ),
            col(OutgoingLetter.state).in_(_LEFT),
        )
        .order_by(col(OutgoingLetter.id).desc())
    )
    newest = desk.session.exec(query).first()
    if newest is None:
        return
    words = " ".join(f"{told.status} {told.diagnostic}".split())[:500] or "returned"
    this = (col(OutgoingLetter.tenant_id) == desk.municipality_id, col(OutgoingLetter.id) == newest)
    desk.session.exec(update(OutgoingLetter).where(*this).values(state="failed", answer=words))


def _suppress(desk: Desk, letter: Answered, invitation: Invitation | None, address: str) -> None:
    """Write there no more: the letter was to an invited organisation, or told one several things at once."""
    key = invitation.organisation_id if invitation is not None else letter.id_of("organisation")
    who = desk.session.get(Organisation, (desk.municipality_id, key)) if key else None
    if who is not None and who.email.lower() == address and who.undeliverable_since is None:
        who.undeliverable_since = desk.now
        desk.session.add(who)
