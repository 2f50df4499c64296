"""Who took part in a consultation: the invited, and whoever gave an opinion, once each.

One person with three opinions is told of the end in one letter that names all three.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from processes.feedback import TO_ANSWER, Feedback
from processes.invitation import INVITED, Invitation
from processes.organisation import Organisation


@dataclass
class Participant:
    """Someone to write to. `ref` is our own name for them; `about` is what a reply would be about.

    `organisation` is set when the letter goes to its own address: then it may link to the organisation's own page.
    """

    ref: str
    name: str
    email: str
    language: str = "et"
    easy: bool = False
    invitation: Invitation | None = None
    organisation: Organisation | None = None
    opinions: list[Feedback] = field(default_factory=list)


def of_organisation(invitation: Invitation, organisation: Organisation) -> Participant:
    """An invited organisation. One whose address is known to fail has no address here."""
    return Participant(
        ref=f"invitation:{invitation.id}",
        name=organisation.name,
        email="" if organisation.undeliverable_since else organisation.email,
        language=organisation.language,
        easy=organisation.easy_language,
        invitation=invitation,
        organisation=organisation,
    )


def of_author(opinion: Feedback) -> Participant:
    """Whoever gave an opinion, by the address they left."""
    return Participant(
        ref=f"feedback:{opinion.id}",
        name=opinion.author_name,
        email=opinion.author_email if opinion.wants_reply else "",
        language=opinion.language,
    )


def of_invitations(
    session: Session, municipality_id: str, invitations: Iterable[Invitation]
) -> list[Participant]:
    """The organisations behind these invitations, in their order. A question to the database per 500."""
    wanted = list(invitations)
    keys = list({invitation.organisation_id for invitation in wanted})
    found: dict[str, Organisation] = {}
    for start in range(0, len(keys), 500):
        query = select(Organisation).where(
            Organisation.municipality_id == municipality_id,
            col(Organisation.id).in_(keys[start : start + 500]),
        )
        found |= {organisation.id: organisation for organisation in session.exec(query)}
    return [of_organisation(invitation, found[invitation.organisation_id]) for invitation in wanted]


def invited(session: Session, municipality_id: str, consultation_id: str) -> list[Invitation]:
    """Every organisation that has been invited and not un-invited, once, though asked for approval too."""
    query = select(Invitation).where(
        Invitation.municipality_id == municipality_id,
        Invitation.consultation_id == consultation_id,
        Invitation.state == INVITED,
    )
    # "opinion" sorts after "approval": an organisation in both places stays in its wider one.
    found = session.exec(query.order_by(col(Invitation.purpose), Invitation.id)).all()
    return list({invitation.organisation_id: invitation for invitation in found}.values())


def everyone(session: Session, municipality_id: str, consultation_id: str) -> list[Participant]:
    """Everyone who was invited or gave an opinion that stands, once each, with all their opinions."""
    members = of_invitations(session, municipality_id, invited(session, municipality_id, consultation_id))
    by_invitation = {p.invitation.id: p for p in members if p.invitation is not None}
    by_address = {p.email.lower(): p for p in members if p.email}
    query = select(Feedback).where(
        Feedback.municipality_id == municipality_id,
        Feedback.consultation_id == consultation_id,
        col(Feedback.state).in_(TO_ANSWER),
    )
    for opinion in session.exec(query.order_by(col(Feedback.received_at), Feedback.id)):
        author = of_author(opinion)
        known = by_invitation.get(opinion.invitation_id or "") or by_address.get(author.email.lower())
        if known is None:
            known = author
            members.append(known)
            if known.email:
                by_address[known.email.lower()] = known
        known.opinions.append(opinion)
    return members
