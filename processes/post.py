"""Facts become letters and calendar objects in the outbox; nothing here touches the network.

Services and actions are given a `Post` and say what happened. Each letter has a deterministic key, so a
step that runs twice posts once. Lists may be long: a letter is made as the outbox asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine.definition import Definition
from engine.instance import Instance
from engine.service import Step
from notifications.address import Postmark
from processes import municipality
from processes.assessing_letters import AssessingLetters
from processes.consultation import Consultation
from processes.desk_letters import DeskLetters
from processes.digest_letters import DigestLetters
from processes.invitation import Links
from processes.invitation_letters import InvitationLetters
from processes.meeting_letters import MeetingLetters
from processes.opinion_letters import OpinionLetters
from processes.proposal_letters import ProposalLetters
from processes.session_letters import SessionLetters
from processes.writer import Translate, untranslated


class Post(
    AssessingLetters, DeskLetters, DigestLetters, InvitationLetters, MeetingLetters, OpinionLetters, ProposalLetters,
    SessionLetters,
):  # fmt: skip
    """Every letter the municipality writes; see `Writer` for what it is made with.

    Each method gives `Posted`: how many letters are new, and the refs of those without a usable address.
    """


@dataclass(frozen=True)
class PostOffice:
    """What every `Post` of an installation is made with. In: its secret's makers and its public address."""

    links: Links
    postmark: Postmark
    base_url: str

    def at(
        self,
        session: Session,
        municipality_id: str,
        *,
        now: datetime,
        definition_files: Mapping[str, str] | None = None,
        translate: Translate = untranslated,
    ) -> Post:
        """A municipality's post, writing with these texts. Errors: NotFound."""
        return Post(
            session,
            municipality.get(session, municipality_id),
            definition_files,
            links=self.links,
            base_url=self.base_url,
            postmark=self.postmark,
            now=now,
            translate=translate,
        )

    def of_step(self, step: Step) -> Post:
        """The tool a runtime gives to services: writes with the texts the instance began with."""
        return self._of(step.session, step.tenant_id, step.definition, step.now)

    def of_case(self, session: Session, case: Consultation, *, now: datetime) -> Post:
        """For acts outside a step: the texts the case's instance began with; before its launch, today's.

        Errors: NotFound when the municipality is unknown.
        """
        query = (
            select(Definition)
            .join(
                Instance,
                (col(Instance.tenant_id) == Definition.tenant_id)
                & (col(Instance.definition_id) == Definition.id),
            )
            .where(Instance.tenant_id == case.municipality_id, Instance.id == case.instance_id)
        )
        definition = session.exec(query).first()
        if definition is None:
            return self.at(session, case.municipality_id, now=now)
        return self._of(session, case.municipality_id, definition, now)

    def _of(self, session: Session, municipality_id: str, definition: Definition, now: datetime) -> Post:
        files, translate = definition.process.files, definition.translate
        return self.at(session, municipality_id, now=now, definition_files=files, translate=translate)
