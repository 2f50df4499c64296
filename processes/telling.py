"""The parts of letters that are made of rows: a meeting's facts, what became of each point, how to contest."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from notifications.letter import Markdown, bullets, escape, link
from processes import words
from processes.consultation import Consultation
from processes.decision import DecisionItem
from processes.feedback import Feedback
from processes.meeting import Meeting
from processes.response import Response
from processes.summary import Treatment

QUOTE_LENGTH = 600
POINT_LENGTH = 160
CONTEST_DAYS = 30


def quote(text: str, length: int = QUOTE_LENGTH) -> str:
    """A person's own words, cut at a word when they are long; their opinion is kept whole elsewhere."""
    text = text.strip()
    return text if len(text) <= length else f"{text[:length].rsplit(maxsplit=1)[0]} …"


def facts(meeting: Meeting, variant: str) -> Markdown:
    """A meeting's facts as a list, the way in first: for some that decides whether they can come."""
    access = meeting.access.strip() or _say("access_open", variant)
    time = f"{words.moment(meeting.starts_at, variant)}, {_say('to', variant)} {words.hour(meeting.ends_at)}"
    rows = [("access", escape(access)), ("time", escape(time))]
    if meeting.place.strip():
        rows.append(("place", escape(meeting.place)))
    if meeting.url.startswith(("https://", "http://")):
        rows.append(("remote", link(_say("join", variant), meeting.url)))
    return bullets(Markdown(f"**{_say(label, variant)}:** {value}") for label, value in rows)


def plain_facts(meeting: Meeting, variant: str) -> str:
    """The same for a calendar's description, which shows no Markdown."""
    access = " ".join(meeting.access.split()) or _say("access_open", variant)
    lines = [f"{_say('access', variant)}: {access}"]
    if meeting.url:
        lines.append(f"{_say('remote', variant)}: {meeting.url}")
    return "\n".join(lines)


def outcomes(
    session: Session, municipality_id: str, consultation_id: str, decision_id: str = ""
) -> "Outcomes":
    """Every answer, every committee's stance of a case and what a decision said to each, asked in three queries."""
    mine = (Feedback.municipality_id == municipality_id, Feedback.consultation_id == consultation_id)
    responses = select(Response).join(
        Feedback,
        (col(Response.municipality_id) == Feedback.municipality_id)
        & (col(Response.feedback_id) == Feedback.id),
    )
    treatments = select(Treatment).join(
        Feedback,
        (col(Treatment.municipality_id) == Feedback.municipality_id)
        & (col(Treatment.feedback_id) == Feedback.id),
    )
    decided = select(DecisionItem).where(
        DecisionItem.municipality_id == municipality_id,
        DecisionItem.decision_id == decision_id,
        DecisionItem.words != "",
    )
    ordered = treatments.where(*mine).order_by(col(Treatment.recorded_at))
    return Outcomes(
        {response.feedback_id: response for response in session.exec(responses.where(*mine))},
        {treatment.feedback_id: treatment for treatment in session.exec(ordered)},  # the newest wins
        {item.feedback_id: item.words for item in session.exec(decided)},
    )


class Outcomes:
    """What became of each opinion of a case."""

    def __init__(
        self,
        responses: Mapping[str, Response],
        treatments: Mapping[str, Treatment],
        decided: Mapping[str, str],
    ) -> None:
        self._responses, self._treatments, self._decided = responses, treatments, decided

    def points(self, opinions: Sequence[Feedback], variant: str) -> Markdown:
        """A list: each opinion's receipt and words, our position, what the committee and the decision did with it."""
        if not opinions:
            return escape(_say("no_opinion", variant))
        return bullets(Markdown(self._point(opinion, variant)) for opinion in opinions)

    def _point(self, opinion: Feedback, variant: str) -> str:
        said = [f"„{escape(quote(opinion.text, POINT_LENGTH))}“"]
        if response := self._responses.get(opinion.id):
            outcome = words.say(words.OUTCOMES, response.outcome, variant)
            said.append(escape(_say("answered", variant, outcome=outcome)))
        if treatment := self._treatments.get(opinion.id):
            stance = escape(
                _say("committee", variant, stance=words.say(words.STANCES, treatment.stance, variant))
            )
            said.append(
                f"{stance}: „{escape(quote(treatment.words))}“" if treatment.words.strip() else stance
            )
        if decided := self._decided.get(opinion.id):
            said.append(f"{escape(_say('in_decision', variant))}: „{escape(quote(decided))}“")
        return f"**{escape(opinion.receipt)}** – " + "; ".join(said)


def contest(case: Consultation, until: date | None, variant: str) -> str:
    """How long a decision may be contested; before its last notice no day can be named."""
    if until is not None:
        return _say("contest_until", variant, day=words.until(until, variant))
    period = str(case.frozen_terms().get("dp.contest", {}).get("period", f"P{CONTEST_DAYS}D"))
    days = period.removeprefix("P").removesuffix("D")
    return _say("contest", variant, days=days if days.isdigit() else CONTEST_DAYS)


def _say(key: str, variant: str, **values: Any) -> str:
    return words.say(words.SENTENCES, key, variant).format(**values)
