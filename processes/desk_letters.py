"""Letters to the planner's own desk: what did not arrive, and a letter to look at before it goes to many."""

import re

from notifications.letter import Letter
from processes.consultation import Consultation
from processes.mailing import Posted, Sheet
from processes.person import Person
from processes.words import spoken
from processes.writer import Writer, official

PROOF = {
    "et": ("PROOV", "See on proov. Kiri ei ole kellelegi saadetud ja selle lingid ei tööta."),
    "en": ("PROOF", "This is a proof. The letter was sent to nobody, and its links do not work."),
    "ru": ("ПРОБА", "Это проба. Письмо никому не отправлено, его ссылки не работают."),
}


class DeskLetters(Writer):
    """To officials, about letters to others."""

    def undelivered(self, consultation: Consultation, count: int, *, key: str) -> Posted:
        """Tell a case's planner that letters did not arrive, and where to see which and what to do."""
        planner = self._mailing.planner(consultation)
        if planner is None:
            return Posted()

        def fields(variant: str) -> dict[str, str]:
            path = ("cases", consultation.number, "letters?state=failed")
            return {"count": str(count), "list_url": self._mailing.url(variant, *path)}

        return self._mailing.send([Sheet("undelivered", key, official(planner), fields)], consultation)

    def proof(self, consultation: Consultation, to: Person, letter: Letter, *, key: str) -> Posted:
        """Send an official a letter as others would get it: marked in subject, text and page, without a calendar."""
        mark, said = PROOF[spoken(letter.language)]
        head = f'<p style="margin:0 0 1em;padding:0.5em;border:2px solid #1d2939"><strong>{said}</strong></p>'
        marked = Letter(
            f"{mark}: {letter.subject}",
            f"{said}\n\n{letter.text}",
            re.sub(r"(?=<h1[\s>])", lambda _: head, letter.html, count=1),
            letter.language,
        )
        sheet = Sheet("proof", key, official(to), lambda _: {})
        return self._mailing.send_as_is(sheet, consultation, marked)
