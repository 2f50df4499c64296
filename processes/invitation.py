"""An invitation: one organisation's place in one consultation, and the personal link that opens it.

The link is derived from a secret, the invitation and its `link_version`: nothing secret is stored,
and raising the version revokes every link sent before.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, select

from processes.database import Row, belongs_to, new_id
from processes.errors import LinkNotValid

PROPOSED, INVITED, UNINVITED = "proposed", "invited", "uninvited"


class Invitation(Row, table=True):
    """One organisation in one consultation. `purpose` is opinion, or approval for an authority.

    `why` is the sentence of the audience table that the organisation itself can read. `not_us_at` is
    set when whoever opened the link said that it reached the wrong one; the link is dead from then on.
    """

    __table_args__ = (
        belongs_to("consultation"),
        belongs_to("organisation"),
        UniqueConstraint("municipality_id", "consultation_id", "organisation_id", "purpose"),
        UniqueConstraint("municipality_id", "link_digest"),
        Index(
            "ix_invitation_not_us",
            "municipality_id",
            "consultation_id",
            sqlite_where=text("not_us_at IS NOT NULL"),
            postgresql_where=text("not_us_at IS NOT NULL"),
        ),
    )

    consultation_id: str = Field(index=True)
    organisation_id: str
    purpose: str = "opinion"
    state: str = PROPOSED
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    link_version: int = 1
    link_digest: str
    invited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    no_comments_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    not_us_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reached_otherwise: str = ""


class Approval(Row, table=True):
    """An authority's answer in kooskõlastamine: silence by the term is consent (PlanS § 133)."""

    __table_args__ = (belongs_to("round"), belongs_to("invitation"))

    round_id: str = Field(index=True)
    invitation_id: str
    due_on: date
    extended_to: date | None = None
    result: str = "waiting"
    answered_on: date | None = None
    conditions: str = Field(default="", sa_column=Column(Text, nullable=False))


class Links:
    """Makes and reads personal links. In: the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, purpose: str, key: str, version: int = 1) -> str:
        """The secret part of a link for a thing (256 bits, hexadecimal)."""
        return hmac.new(self._secret, f"{purpose}:{key}:{version}".encode(), hashlib.sha256).hexdigest()

    def digest(self, token: str) -> str:
        """What the database keeps of a link."""
        return hashlib.sha256(token.encode()).hexdigest()

    def new_invitation(
        self,
        municipality_id: str,
        consultation_id: str,
        organisation_id: str,
        *,
        purpose: str = "opinion",
        why: str = "",
    ) -> Invitation:
        """An invitation not yet sent, its link already derivable."""
        made = Invitation(
            municipality_id=municipality_id,
            consultation_id=consultation_id,
            organisation_id=organisation_id,
            purpose=purpose,
            why=why,
            link_digest="",
        )
        made.link_digest = self.digest(self.of(made))
        return made

    def new_rows(
        self, municipality_id: str, consultation_id: str, organisation_ids: Iterable[str]
    ) -> list[dict[str, Any]]:
        """Invitations for an opinion as rows to insert at once, each with its own id and link."""
        like = self.new_invitation(municipality_id, consultation_id, "").model_dump()
        rows = []
        for organisation_id in organisation_ids:
            identity = new_id()
            link = self.digest(self.token("invitation", identity, like["link_version"]))
            rows.append({**like, "id": identity, "organisation_id": organisation_id, "link_digest": link})
        return rows

    def of(self, invitation: Invitation) -> str:
        return self.token("invitation", invitation.id, invitation.link_version)

    def renew(self, invitation: Invitation) -> None:
        """Revoke every earlier link of this invitation."""
        invitation.link_version += 1
        invitation.link_digest = self.digest(self.of(invitation))

    def find(self, session: Session, municipality_id: str, token: str) -> Invitation:
        """The invitation a link opens; opening consumes nothing. Errors: LinkNotValid."""
        query = select(Invitation).where(
            Invitation.municipality_id == municipality_id, Invitation.link_digest == self.digest(token)
        )
        found = session.exec(query).first()
        if found is None or found.state == UNINVITED:
            raise LinkNotValid
        return found
