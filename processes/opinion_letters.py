"""Letters about what people said: receipts, answers, and what became of their points in the end."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from processes import participant, telling, words
from processes.batches import in_batches
from processes.consultation import Consultation
from processes.decision import Decision
from processes.feedback import LATE_ACCEPTED, LATE_RECORDED, LATE_WAITING, Feedback
from processes.mailing import Posted, Sheet
from processes.mass_mailing import EVERY_LETTER
from processes.organisation import Organisation
from processes.participant import Participant
from processes.person import Person
from processes.response import EarlierResponse, Response
from processes.writer import Writer, act_of, digest, official, reason_or

ENDS = ("closed", "not_adopted", "refused", "general_procedure")
LATE = (LATE_WAITING, LATE_ACCEPTED, LATE_RECORDED)


class OpinionLetters(Writer):
    """To whoever gave an opinion, and to everyone who took part."""

    def confirm_opinion(self, feedback: Feedback, token: str) -> Posted:
        """Ask a private person to confirm an opinion given on the web: only then does it count."""
        case = self._case(feedback.consultation_id)

        def fields(variant: str) -> dict[str, str]:
            return {
                "link": self._mailing.url(variant, "confirm", token),
                "quote": telling.quote(feedback.text),
            }

        key = f"confirm:{feedback.id}:{digest(token)}"
        return self._mailing.send([Sheet("confirm", key, self._author(feedback), fields)], case)

    def receipt(self, feedback: Feedback, *, token: str = "") -> Posted:
        """Say that an opinion came, under which number. `token` opens it again for its author.

        Without one, an invited organisation's personal link stands there, else the address to write to.
        """
        case, to = self._case(feedback.consultation_id), self._author(feedback)

        def fields(variant: str) -> dict[str, str]:
            return {
                "receipt": feedback.receipt,
                "received": words.moment(feedback.received_at, variant),
                "quote": telling.quote(feedback.text),
                "change": self._change(to, token, variant),
            }

        stem = "receipt_late" if feedback.state in LATE else "receipt"
        key = f"{stem}:{feedback.id}:{feedback.version}"
        return self._mailing.send([Sheet(stem, key, to, fields)], case)

    def opinion_withdrawn(self, feedback: Feedback) -> Posted:
        """Say that an opinion was taken back by its author."""
        case, key = self._case(feedback.consultation_id), f"withdrawn:{feedback.id}:{feedback.version}"
        sheet = Sheet("withdrawn", key, self._author(feedback), lambda _: {"receipt": feedback.receipt})
        return self._mailing.send([sheet], case)

    @in_batches("answered")
    def answers_sent(
        self, consultation: Consultation, answered: Iterable[tuple[Feedback, Response]]
    ) -> Posted:
        """Give each opinion its reasoned answer; a corrected answer is a new letter."""

        def sheets() -> Iterator[Sheet]:
            for feedback, response in answered:
                key = f"answer:{feedback.id}:{digest(response.outcome, response.reasons)}"
                yield Sheet("answer", key, self._author(feedback), _answer(feedback, response))

        return self._mailing.send(sheets(), consultation)

    def answers_changed(
        self, consultation: Consultation, changed: Iterable[tuple[Feedback, Response, EarlierResponse]]
    ) -> Posted:
        """Tell authors that a position they had got is another one now, and why."""

        def sheets() -> Iterator[Sheet]:
            for feedback, response, before in changed:
                key = f"answer_changed:{feedback.id}:{response.revision}"
                yield Sheet(
                    "answer_changed", key, self._author(feedback), _changed(feedback, response, before)
                )

        return self._mailing.send(sheets(), consultation)

    @in_batches("whom")
    def results_told(
        self,
        consultation: Consultation,
        decision: Decision,
        whom: Sequence[Participant] | None = None,
        *,
        held_on: date | None = None,
        changes_solution: bool = False,
    ) -> Posted:
        """Tell everyone what came of the display and the discussion."""

        def fields(variant: str, _to: Participant) -> dict[str, str]:
            said = words.say(words.SENTENCES, "held" if held_on else "not_held", variant)
            return act_of(decision, variant) | {
                "held": said.format(day=words.on(held_on, variant)) if held_on else said,
                "changes": words.say(words.SENTENCES, "changes" if changes_solution else "stays", variant),
                "reasons": decision.reasons.strip() or "–",
            }

        return self._tell_everyone("results", f"results:{decision.id}", consultation, fields, whom)

    @in_batches("whom")
    def decision_made(
        self,
        consultation: Consultation,
        decision: Decision,
        whom: Sequence[Participant] | None = None,
        *,
        contest_until: date | None = None,
    ) -> Posted:
        """Tell everyone the end: the act, what became of their own points, how to contest and until when."""
        outcomes = telling.outcomes(self._session, self._home, consultation.id, decision.id)
        stem = "decision" if decision.outcome == "adopt" else "not_adopted"

        def fields(variant: str, to: Participant) -> dict[str, str]:
            return act_of(decision, variant) | {
                "body": decision.body or self._mailing.decides(consultation, variant),
                "reasons": decision.reasons.strip() or "–",
                "points": outcomes.points(to.opinions, variant),
                "contest": telling.contest(consultation, contest_until, variant),
            }

        return self._tell_everyone(stem, f"{stem}:{decision.id}", consultation, fields, whom)

    @in_batches("whom")
    def case_closed(
        self,
        consultation: Consultation,
        end_element: str = "closed",
        whom: Sequence[Participant] | None = None,
    ) -> Posted:
        """Tell everyone that the procedure has ended. `end_element` says how, else it just ended."""
        how = end_element if end_element in ENDS else "ended"

        def fields(variant: str, _to: Participant) -> dict[str, str]:
            return {"ending": words.say(words.SENTENCES, how, variant)}

        return self._tell_everyone("closed", f"closed:{consultation.id}", consultation, fields, whom)

    @in_batches("whom", closes=EVERY_LETTER)
    def case_cancelled(
        self, consultation: Consultation, reason: str, whom: Sequence[Participant] | None = None
    ) -> Posted:
        """Tell everyone that the case ends here, before any decision, and why."""

        def fields(variant: str, _to: Participant) -> dict[str, str]:
            ending = words.say(words.SENTENCES, "cancelled", variant)
            return {"ending": ending.format(reason=reason_or(reason, variant))}

        return self._tell_everyone("closed", f"closed:{consultation.id}", consultation, fields, whom)

    def sign_in_link(self, person: Person, token: str, *, valid_until: datetime) -> Posted:
        """A one-time link for someone with an account; no case stands behind it."""

        def fields(variant: str) -> dict[str, str]:
            home = self._mailing.municipality
            return {
                "link": self._mailing.url(variant, "sign-in", token),
                "municipality": home.name,
                "phone": home.phone or "–",
                "email": home.email or "–",
                "valid": words.until_moment(valid_until, variant),
            }

        return self._mailing.send([Sheet("sign_in", f"sign-in:{digest(token)}", official(person), fields)])

    def _tell_everyone(
        self,
        stem: str,
        key: str,
        case: Consultation,
        fields: Callable[[str, Participant], Mapping[str, str]],
        whom: Sequence[Participant] | None,
    ) -> Posted:
        def sheet(to: Participant) -> Sheet:
            return Sheet(stem, f"{key}:{to.ref}", to, lambda v: fields(v, to))

        return self._mailing.send(map(sheet, self.everyone(case) if whom is None else whom), case)

    def _author(self, feedback: Feedback) -> Participant:
        """Whoever gave it: an invited organisation keeps its own language and address."""
        invitation = self._invitation(feedback.invitation_id)
        if invitation is None:
            return participant.of_author(feedback)
        key = (self._home, invitation.organisation_id)
        organisation = self._session.get(Organisation, key)
        if organisation is None:
            return participant.of_author(feedback)
        to = participant.of_organisation(invitation, organisation)
        if feedback.author_email and feedback.author_email.lower() != to.email.lower():
            to.email, to.organisation = feedback.author_email, None
        return to

    def _change(self, to: Participant, token: str, variant: str) -> str:
        if token:
            return self._mailing.url(variant, "confirm", token)
        if to.invitation is not None:
            return self._link(to.invitation, variant)
        return f"mailto:{self._reply(to.ref)}"


def _changed(
    feedback: Feedback, response: Response, before: EarlierResponse
) -> Callable[[str], Mapping[str, str]]:
    def fields(variant: str) -> dict[str, str]:
        return {
            **_answer(feedback, response)(variant),
            "before": words.say(words.OUTCOMES, before.outcome, variant),
            "why": before.why_changed.strip(),
        }

    return fields


def _answer(feedback: Feedback, response: Response) -> Callable[[str], Mapping[str, str]]:
    def fields(variant: str) -> dict[str, str]:
        return {
            "receipt": feedback.receipt,
            "quote": telling.quote(feedback.text),
            "outcome": words.say(words.OUTCOMES, response.outcome, variant),
            "reasons": response.reasons.strip(),
        }

    return fields
