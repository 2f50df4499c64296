"""Letters of assessing: advice is asked for, members are asked for drafts, authors of one letter whom they name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from engine.clock import ZONE
from processes import participant, telling, words
from processes.batches import in_batches
from processes.consultation import Consultation
from processes.feedback import Feedback
from processes.inner_round import InnerRound
from processes.invitation import Invitation
from processes.item import Advice
from processes.mailing import Posted, Sheet
from processes.participant import Participant
from processes.person import Person
from processes.writer import Writer, digest, official


class AssessingLetters(Writer):
    """To whoever is asked for advice on a point, and to authors who may name one to speak for them."""

    def advice_asked(
        self,
        consultation: Consultation,
        advice: Advice,
        *,
        feedback_id: str,
        token: str,
        language: str = "et",
    ) -> Posted:
        """Ask for advice on one point: a colleague at the desk, an office by its own link.

        The author's words stay behind the link, so that they do not travel by mail. In: `token` is the secret part of
        the office's link, empty for a colleague; `language` is the office's.
        """
        to, stem = _office(advice, language), "advice"
        if advice.adviser_id:
            person = self._session.get_one(Person, (self._home, advice.adviser_id))
            to, stem = official(person), "advice_colleague"

        def fields(variant: str) -> dict[str, str]:
            desk = ("cases", consultation.number, "opinions", feedback_id, "points")
            return {
                "link": self._mailing.url(variant, "advice", token)
                if token
                else self._mailing.url(variant, *desk),
                "question": advice.question.strip() or words.say(words.SENTENCES, "no_question", variant),
                "advise_by": _by(advice.due_on, "advise", variant),
            }

        return self._mailing.send([Sheet(stem, f"advice:{advice.id}", to, fields)], consultation)

    def members_asked(
        self, invitation: Invitation, opened: InnerRound, addresses: Iterable[str], *, token: str
    ) -> Posted:
        """Send an association's members, or an umbrella's associations, the link to draft by; each address once a link."""
        case = self._case(invitation.consultation_id)
        known = participant.of_invitations(self._session, self._home, [invitation])[0]
        last = opened.closes_at.astimezone(ZONE).date() if opened.closes_at else None

        def fields(variant: str) -> dict[str, str]:
            return {
                "organisation": known.name,
                "question": opened.question.strip()
                or words.say(words.SENTENCES, "no_question_to_members", variant),
                "link": self._mailing.url(variant, "m", token),
                "draft_by": _by(last, "draft", variant),
            }

        def sheets() -> Iterator[Sheet]:
            for address in addresses:
                to = Participant(f"inner_round:{opened.id}", "", address, known.language, known.easy)
                key = f"inner_round:{opened.id}:{opened.link_version}:{digest(address.lower())}"
                yield Sheet("inner_round", key, to, fields)

        return self._mailing.send(sheets(), case)

    @in_batches("asked")
    def representative_asked(
        self, consultation: Consultation, asked: Iterable[Feedback], *, count: int, until: date
    ) -> Posted:
        """Ask authors of the same opinion to name a representative (PlanS § 5). `count` is how many persons sent it."""

        def sheets() -> Iterator[Sheet]:
            for said in asked:
                to = participant.of_author(said)
                yield Sheet("representative", f"representative:{said.id}", to, _named(said, count, until))

        return self._mailing.send(sheets(), consultation)


def _office(advice: Advice, language: str) -> Participant:
    return Participant(f"advice:{advice.id}", advice.adviser_name, advice.adviser_email, language)


def _named(said: Feedback, count: int, until: date) -> Callable[[str], Mapping[str, str]]:
    def fields(variant: str) -> dict[str, str]:
        return {
            "receipt": said.receipt,
            "quote": telling.quote(said.text),
            "count": str(count),
            "until": words.until(until, variant),
            "until_short": words.short_until(until, variant),
        }

    return fields


def _by(day: date | None, what: str, variant: str) -> str:
    if day is None:
        return words.say(words.SENTENCES, f"{what}_soon", variant)
    return words.say(words.SENTENCES, f"{what}_by", variant).format(day=words.until(day, variant))
