"""The letter that tells in one what several would have told."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from engine.clock import local_day
from notifications.letter import Markdown, bullets, escape, link
from processes import words
from processes.digest import DigestItem
from processes.invitation import Invitation
from processes.mailing import Posted, Sheet
from processes.organisation import Organisation
from processes.participant import Participant
from processes.writer import Writer, digest


class DigestLetters(Writer):
    """To organisations that asked for one letter a day."""

    def digest(
        self, organisation: Organisation, items: Sequence[DigestItem], *, at: datetime
    ) -> tuple[str, Posted]:
        """Tell several things at once, each with the way to its page. Out: the letter's key, and what became of it.

        It is kept with the newest thing's case, so that its planner sees when it does not arrive.
        """
        query = select(Invitation).where(
            Invitation.municipality_id == self._home,
            col(Invitation.id).in_([it.invitation_id for it in items]),
        )
        asked = {it.id: it for it in self._session.exec(query)}
        key = f"digest:{organisation.id}:{items[-1].id}:{digest(*(it.id for it in items))}"

        def fields(variant: str) -> dict[str, str]:
            home = self._mailing.municipality
            opens = words.say(words.SENTENCES, "open_own", variant)
            told = [
                Markdown(f"{escape(it.subject)}: {link(opens, self._link(asked[it.invitation_id], variant))}")
                for it in items
            ]
            return {
                "items": bullets(told),
                "day": words.short_day(local_day(at), variant),
                "municipality": home.name,
                "phone": home.phone or "–",
                "email": home.email or "–",
            }

        to = Participant(
            ref=f"organisation:{organisation.id}",
            name=organisation.name,
            email="" if organisation.undeliverable_since else organisation.email,
            language=organisation.language,
            easy=organisation.easy_language,
            organisation=organisation,
        )
        of_case = asked[items[-1].invitation_id].consultation_id
        return key, self._mailing.send([Sheet("digest", key, to, fields, business_key=of_case)])
