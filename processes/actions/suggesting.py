"""A dialogue an association begins: a topic for the next round table, or a round table, from any of its links."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from engine.clock import ZONE, local_day
from processes.actions.giving import check_key, check_length, clean, one_line
from processes.deadline import ends
from processes.errors import Reason, Refused
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
    """The page: for whom one acts, and what this organisation has suggested before."""

    organisation: str
    mine: tuple[Mine, ...]


def view(session: Session, municipality_id: str, token: str, *, links: Links) -> SuggestionView:
    """What an association sees. Errors: LinkNotValid."""
    invitation = links.find(session, municipality_id, token)
    organisation = session.get_one(Organisation, (municipality_id, invitation.organisation_id))
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
    invitation = links.find(session, municipality_id, token)
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
        municipality_id=municipality_id, organisation_id=invitation.organisation_id, kind=given.kind,
        receipt=next_receipt(session, municipality_id, now.astimezone(ZONE).year), submission_key=given.key,
        title=title, problem=problem, wish=wish, suggested_at=now,
        answer_due_on=ends(local_day(now), ANSWER_TERM).ends_on,
    )  # fmt: skip
    session.add(made)
    session.flush()
    post.suggestion_received(made)
    return made.receipt
