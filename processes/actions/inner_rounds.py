"""An association's own round, seen and led through its personal link: members' drafts, what is done with each, the release.

One opinion leaves in the end, with the views of a minority beside it. Until then nobody of the municipality reads a
draft. An umbrella does the same with its member associations: whoever drafts writes for whom.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from notifications.outbox import OutgoingLetter
from processes.actions.giving import MAX_ADDRESS, MAX_REASON, check_address, check_length, clean
from processes.actions.intake import Gate
from processes.actions.invitation_answer import Answer, Answered, answer
from processes.actions.invitation_place import find, hold
from processes.consultation import text_of
from processes.deadline import end_of_day
from processes.document import Store
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.feedback import Feedback
from processes.inner_round import MAJORITY, MINORITY, SET_ASIDE, InnerDraft, InnerRound, MinorityView
from processes.invitation import Invitation, Links
from processes.organisation import Organisation
from processes.post import Post

USES = (MAJORITY, MINORITY, SET_ASIDE)
MOST_DRAFTS = 500
MOST_ASKED = 200


@dataclass(frozen=True)
class Draft:
    """What a member wrote, as the association sees it."""

    id: str
    member: str
    text: str
    use: str
    written_at: datetime


@dataclass(frozen=True)
class Round:
    """The association's page. `link` is the secret part of the members' link, empty before the round is opened.

    `composed` is where the association's own words begin: the majority's drafts one after another, and once an opinion
    was given, that opinion.
    """

    organisation: str
    number: str
    title: str
    title_language: str
    gate: Gate
    link: str
    question: str
    closes_at: datetime | None
    drafts: tuple[Draft, ...]
    composed: str
    receipt: str
    released_at: datetime | None


def see(
    session: Session, municipality_id: str, token: str, language: str, *, links: Links, now: datetime
) -> Round:
    """What the association sees of its round. Errors: LinkNotValid, NotFound for an authority's approval."""
    invitation = _invitation(session, municipality_id, token, links)
    place = find(session, invitation, now)
    words = text_of(session, place.case, language)
    who = session.get_one(Organisation, (municipality_id, invitation.organisation_id))
    row = _round(session, invitation)
    drafts = drafts_of(session, row) if row else []
    said = session.get(Feedback, (municipality_id, row.feedback_id)) if row and row.feedback_id else None
    return Round(
        organisation=who.name,
        number=place.case.number if place.case.published_at else "",
        title=words.title,
        title_language=words.language,
        gate=place.gate,
        link=link_of(links, row) if row else "",
        question=row.question if row else "",
        closes_at=row.closes_at if row else None,
        drafts=tuple(Draft(it.id, it.member, it.text, it.use, it.written_at) for it in drafts),
        composed=said.text if said else "\n\n".join(it.text for it in drafts if it.use == MAJORITY),
        receipt=said.receipt if said else "",
        released_at=row.released_at if row else None,
    )


def begin(
    session: Session, municipality_id: str, token: str, question: str, closes_on: str, *, links: Links, now: datetime
) -> None:  # fmt: skip
    """Open the round, or change its question and last day. Errors: LinkNotValid, NotFound, Refused, TooLate."""
    invitation = hold(session, municipality_id, token, links)
    _check(invitation)
    row, words, problems = _round(session, invitation, lock=True), clean(question), dict[str, Reason]()
    if row is not None and row.released_at is not None:
        raise TooLate("released")
    check_length(problems, "question", words, MAX_REASON)
    closes = None
    if closes_on.strip():
        try:
            closes = end_of_day(date.fromisoformat(closes_on.strip()))
        except ValueError:
            problems["closes_on"] = Reason("not_a_date")
    if problems:
        raise Refused(problems)
    if row is None:
        row = InnerRound(
            municipality_id=municipality_id, invitation_id=invitation.id, opened_at=now, link_digest=""
        )
        row.link_digest = links.digest(link_of(links, row))
    row.question, row.closes_at = words, closes
    session.add(row)


def renew(session: Session, municipality_id: str, token: str, *, links: Links) -> None:
    """Give the members a new link; the earlier one dies, the drafts stay. Errors: LinkNotValid, NotFound."""
    row = _open(session, hold(session, municipality_id, token, links))
    row.link_version += 1
    row.link_digest = links.digest(link_of(links, row))
    session.add(row)


def ask_members(
    session: Session, municipality_id: str, token: str, addresses: str, *, links: Links, post: Post
) -> int:
    """Send the members' link to addresses, one on a line; members of an umbrella are associations. Out: how many letters.

    Nobody gets the same link twice. Errors: LinkNotValid, NotFound, TooLate, Refused with the first line that is wrong.
    """
    invitation = hold(session, municipality_id, token, links)
    row, problems = _open(session, invitation), dict[str, Reason]()
    whom = list(
        dict.fromkeys(it.strip().lower() for it in addresses.replace(",", "\n").splitlines() if it.strip())
    )
    check_length(
        problems, "addresses", "".join(whom), MOST_ASKED * MAX_ADDRESS, required=True, missing="not_an_email"
    )
    for address in whom:
        wrong: dict[str, Reason] = {}
        check_address(wrong, "address", address)
        if wrong:
            problems.setdefault("addresses", Reason("not_such_an_email", address=address))
    sent = select(func.count()).where(
        OutgoingLetter.tenant_id == municipality_id,
        col(OutgoingLetter.dedup_key).startswith(f"inner_round:{row.id}:", autoescape=True),
    )
    if session.exec(sent).one() + len(whom) > MOST_ASKED:
        problems["addresses"] = Reason("too_many_addresses", limit=MOST_ASKED)
    if problems:
        raise Refused(problems)
    return post.members_asked(invitation, row, whom, token=link_of(links, row)).letters


def use(
    session: Session, municipality_id: str, token: str, draft_id: str, what: str, *, links: Links
) -> None:
    """Say what is done with a draft: majority, minority, set_aside. Errors: LinkNotValid, NotFound, Refused, TooLate."""
    row = _open(session, hold(session, municipality_id, token, links))
    draft = session.get(InnerDraft, (municipality_id, draft_id), with_for_update=True)
    if draft is None or draft.round_id != row.id:
        raise NotFound
    if what not in USES:
        raise Refused({"use": Reason("not_a_choice")})
    draft.use = what
    session.add(draft)


def release(
    session: Session, municipality_id: str, token: str, given: Answer, *, links: Links, store: Store, post: Post,
    now: datetime,
) -> Answered:  # fmt: skip
    """Give the association's one opinion, the minority's views beside it. The same form twice is one opinion.

    Errors: as for any answer by this link, and NotFound without a round.
    """
    invitation = hold(session, municipality_id, token, links)
    row = _round(session, invitation, lock=True)
    if row is None:
        raise NotFound
    if not clean(given.text):
        raise Refused({"text": Reason("required")})
    done = answer(session, municipality_id, token, given, links=links, store=store, post=post, now=now)
    place = find(session, invitation, now)
    if place.opinion is None:
        return done
    if row.released_at is None:
        said = [(it.member, it.text) for it in drafts_of(session, row) if it.use == MINORITY]
    else:
        # The drafts may be deleted by now; a corrected opinion keeps the views that went along with the first.
        said = [(it.member, it.text) for it in session.exec(_views(municipality_id, row.feedback_id))]
    for older in session.exec(_views(municipality_id, place.opinion.id)):
        session.delete(older)
    session.flush()
    session.add_all(
        MinorityView(
            municipality_id=municipality_id, feedback_id=place.opinion.id, member=member, text=text, place=number
        )
        for number, (member, text) in enumerate(said, 1)
    )  # fmt: skip
    row.feedback_id, row.released_at = place.opinion.id, row.released_at or now
    session.add(row)
    session.flush()
    return done


def views(session: Session, said: Feedback) -> list[MinorityView]:
    """The minority's views beside an opinion, in their order."""
    return list(session.exec(_views(said.municipality_id, said.id)))


def link_of(links: Links, row: InnerRound) -> str:
    """The secret part of the members' link."""
    return links.token("inner-round", row.id, row.link_version)


def _invitation(session: Session, municipality_id: str, token: str, links: Links) -> Invitation:
    invitation = links.find(session, municipality_id, token)
    _check(invitation)
    return invitation


def _check(invitation: Invitation) -> None:
    if invitation.purpose != "opinion":
        raise NotFound


def _round(session: Session, invitation: Invitation, *, lock: bool = False) -> InnerRound | None:
    query = select(InnerRound).where(
        InnerRound.municipality_id == invitation.municipality_id, InnerRound.invitation_id == invitation.id
    )
    return session.exec(query.with_for_update() if lock else query).first()


def _open(session: Session, invitation: Invitation) -> InnerRound:
    row = _round(session, invitation, lock=True)
    if row is None:
        raise NotFound
    if row.released_at is not None:
        raise TooLate("released")
    return row


def drafts_of(session: Session, row: InnerRound) -> list[InnerDraft]:
    """The drafts of a round, as they came."""
    query = select(InnerDraft).where(
        InnerDraft.municipality_id == row.municipality_id, InnerDraft.round_id == row.id
    )
    return list(session.exec(query.order_by(col(InnerDraft.id))))


def _views(municipality_id: str, feedback_id: str) -> Any:
    return (
        select(MinorityView)
        .where(MinorityView.municipality_id == municipality_id, MinorityView.feedback_id == feedback_id)
        .order_by(col(MinorityView.place))
    )
