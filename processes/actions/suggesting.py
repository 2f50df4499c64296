"""A dialogue an association begins: a topic for the next round table, or a round table, from any link it has."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from engine.clock import ZONE, local_day
from processes import subscription
from processes.actions.giving import check_key, check_length, clean, one_line
from processes.deadline import ends
from processes.errors import LinkNotValid, Reason, Refused
from processes.feedback import next_receipt
from processes.invitation import Links
from processes.organisation import Organisation
from processes.post import Post
from processes.suggestion import ANSWER_TERM, KINDS, TOPIC, Suggestion

MAX_TITLE, MAX_WORDS = 200, 4_000


class Given(BaseModel):
    """What the form sends. `problem` is what is wrong and for whom, `wish` what should be done about it."""

    model_config = ConfigDict(extra="forbid")

    key: str
    kind: str = TOPIC
    title: str = ""
    problem: str = ""
    wish: str = ""


@dataclass(frozen=True)
class Mine:
    """One suggestion of the organisation, and what became of it."""

    receipt: str
    kind: str
    title: str
    suggested_at: datetime
    answer_due_on: date
    state: str
    reasons: str


@dataclass(frozen=True)
class SuggestionView:
    """The page: for whom one acts, and what this organisation has suggested before.

    `by_own` says that it was opened from the organisation's own page and not from an invitation.
    """

    organisation: str
    mine: tuple[Mine, ...]
    by_own: bool = False


def view(session: Session, municipality_id: str, token: str, *, links: Links) -> SuggestionView:
    """What an association sees. Errors: LinkNotValid."""
    organisation, by_own = _whose(session, municipality_id, token, links)
    query = select(Suggestion).where(
        Suggestion.municipality_id == municipality_id, Suggestion.organisation_id == organisation.id
    )
    rows = session.exec(query.order_by(col(Suggestion.suggested_at).desc(), col(Suggestion.id).desc()))
    return SuggestionView(
        organisation.name,
        tuple(
            Mine(it.receipt, it.kind, it.title, it.suggested_at, it.answer_due_on, it.state, it.reasons)
            for it in rows
        ),
        by_own,
    )


def suggest(
    session: Session,
    municipality_id: str,
    token: str,
    given: Given,
    *,
    links: Links,
    post: Post,
    now: datetime,
) -> str:
    """Take a suggestion in; the same form twice is one. Out: its receipt. Errors: LinkNotValid, Refused."""
    organisation, _ = _whose(session, municipality_id, token, links)
    check_key(given.key)
    mine = (Suggestion.municipality_id == municipality_id, Suggestion.submission_key == given.key)
    before = session.exec(select(Suggestion).where(*mine)).first()
    if before is not None:
        return before.receipt
    title, problem, wish = one_line(given.title), clean(given.problem), clean(given.wish)
    problems: dict[str, Reason] = {}
    if given.kind not in KINDS:
        problems["kind"] = Reason("not_a_choice")
    check_length(problems, "title", title, MAX_TITLE, required=True, missing="topic_missing")
    check_length(problems, "problem", problem, MAX_WORDS, required=True, missing="problem_missing")
    check_length(problems, "wish", wish, MAX_WORDS)
    if problems:
        raise Refused(problems)
    made = Suggestion(
        municipality_id=municipality_id, organisation_id=organisation.id, kind=given.kind,
        receipt=next_receipt(session, municipality_id, now.astimezone(ZONE).year), submission_key=given.key,
        title=title, problem=problem, wish=wish, suggested_at=now,
        answer_due_on=ends(local_day(now), ANSWER_TERM).ends_on,
    )  # fmt: skip
    session.add(made)
    session.flush()
    post.suggestion_received(made)
    return made.receipt


def _whose(session: Session, municipality_id: str, token: str, links: Links) -> tuple[Organisation, bool]:
    """Whose link it is: that of an invitation, or (True) of an organisation's own page. Errors: LinkNotValid."""
    try:
        invitation = links.find(session, municipality_id, token)
    except LinkNotValid:
        return subscription.find(session, municipality_id, token, links), True
    return session.get_one(Organisation, (municipality_id, invitation.organisation_id)), False
