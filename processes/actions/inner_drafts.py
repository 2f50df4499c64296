"""A member's draft in an association's own round: written behind the round's link, changed until the release."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from processes.actions.giving import MAX_NAME, MAX_TEXT, check_length, clean, one_line
from processes.actions.inner_rounds import MOST_DRAFTS, drafts_of
from processes.actions.invitation_place import find
from processes.consultation import text_of
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.inner_round import InnerDraft, InnerRound
from processes.invitation import UNINVITED, Invitation, Links
from processes.organisation import Organisation


@dataclass(frozen=True)
class Asked:
    """What a member sees: for whom, about what, until when; their own draft once it is there."""

    organisation: str
    number: str
    title: str
    title_language: str
    what: str
    open_points: str
    question: str
    closes_at: datetime | None
    open: bool
    member: str
    text: str
    use: str
    revision: int


def asked(
    session: Session, municipality_id: str, token: str, language: str, *, links: Links, now: datetime, key: str = ""
) -> Asked:  # fmt: skip
    """The members' page; with the key of their form, their own draft. Errors: NotFound for a link that is not valid."""
    row, invitation = _by_link(session, municipality_id, token, links)
    place = find(session, invitation, now)
    words = text_of(session, place.case, language)
    who = session.get_one(Organisation, (municipality_id, invitation.organisation_id))
    draft = _draft(session, row, key) if key else None
    if key and draft is None:
        raise NotFound
    return Asked(
        organisation=who.name,
        number=place.case.number if place.case.published_at else "",
        title=words.title,
        title_language=words.language,
        what=words.what,
        open_points=words.open_points,
        question=row.question,
        closes_at=row.closes_at,
        open=_is_open(row, now),
        member=draft.member if draft else "",
        text=draft.text if draft else "",
        use=draft.use if draft else "",
        revision=draft.revision if draft else 0,
    )


def write(
    session: Session, municipality_id: str, token: str, key: str, member: str, text: str, *, links: Links, now: datetime
) -> None:  # fmt: skip
    """Keep a member's draft; the same key is the same draft, changed. Errors: NotFound, TooLate, Refused."""
    row, _invitation_row = _by_link(session, municipality_id, token, links, lock=True)
    if not _is_open(row, now):
        raise TooLate("released")
    name, words, problems = one_line(member), clean(text), dict[str, Reason]()
    check_length(problems, "member", name, MAX_NAME, required=True, missing="member_needed")
    check_length(problems, "text", words, MAX_TEXT, required=True)
    if problems:
        raise Refused(problems)
    draft = _draft(session, row, key)
    if draft is None:
        if len(drafts_of(session, row)) >= MOST_DRAFTS:
            raise Refused({"": Reason("too_many_points", limit=MOST_DRAFTS)})
        draft = InnerDraft(
            municipality_id=municipality_id, round_id=row.id, submission_key=key, member="", text="", revision=0,
            written_at=now,
        )  # fmt: skip
    if (draft.member, draft.text) != (name, words):
        # What the association had decided was about the earlier words.
        draft.member, draft.text, draft.use = name, words, ""
        draft.revision, draft.written_at = draft.revision + 1, now
    session.add(draft)


def _is_open(row: InnerRound, now: datetime) -> bool:
    return row.released_at is None and (row.closes_at is None or now <= row.closes_at)


def _by_link(
    session: Session, municipality_id: str, token: str, links: Links, *, lock: bool = False
) -> tuple[InnerRound, Invitation]:
    query = select(InnerRound).where(
        InnerRound.municipality_id == municipality_id, InnerRound.link_digest == links.digest(token)
    )
    row = session.exec(query.with_for_update() if lock else query).first()
    invitation = session.get(Invitation, (municipality_id, row.invitation_id)) if row else None
    if row is None or invitation is None or invitation.state == UNINVITED:
        raise NotFound
    return row, invitation


def _draft(session: Session, row: InnerRound, key: str) -> InnerDraft | None:
    query = select(InnerDraft).where(
        InnerDraft.municipality_id == row.municipality_id,
        InnerDraft.submission_key == key,
        InnerDraft.round_id == row.id,
    )
    return session.exec(query).first()
