"""Publishing an opinion: its author agreed, one official prepares a copy, another lets it out; taking back is at once.

The text as received is never touched; a private person is shown without a name. Attachments go out only as
pictures of their pages (`processes.rendered`), drawn before the transaction that keeps them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from processes import sensitive
from processes.actions import planner_case
from processes.actions.giving import MAX_REASON, MAX_TEXT, check_length, clean
from processes.actions.themes import find
from processes.document import Attachment, Store
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.feedback import TO_ANSWER, Feedback
from processes.permission import PLANNER, Actor
from processes.person import with_role
from processes.publication import (
    PREPARED,
    PUBLISHED,
    REASONS,
    REPLACED,
    SENT_BACK,
    TAKEN_BACK,
    FileCopy,
    Publication,
    versions,
)
from processes.rendered import Rendered, render
from processes.sensitive import AUTHOR, CODE, MAIL, PHONE, Finding

MAX_TOLD = 2_000


@dataclass(frozen=True)
class Page:
    """An attachment to let out: its pages drawn anew, and what they show, in words."""

    attachment_id: str
    title: str
    told: str
    drawn: Rendered


@dataclass(frozen=True)
class Copy:
    """What an official prepared. `reason` is one of REASONS; `kept` says why marked words may stay.

    `seen` is the number of the newest copy the form showed, 0 for none.
    """

    text: str
    reason: str = ""
    kept: str = ""
    seen: int = 0
    files: Sequence[Page] = field(default=(), repr=False)


def draw(
    session: Session, actor: Actor, number: str, feedback_id: str, told: Mapping[str, str], *, store: Store
) -> list[Page]:
    """Draw the chosen attachments of an opinion. In: what each shows, by its id. Errors: NotAllowed, NotFound, Refused."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    found: list[Page] = []
    problems: dict[str, Reason] = {}
    for attachment_id, words in told.items():
        row = session.get(Attachment, (case.municipality_id, attachment_id))
        if row is None or row.feedback_id != said.id:
            raise NotFound
        check_length(
            problems, f"told-{row.id}", clean(words), MAX_TOLD, required=True, missing="say_what_it_shows"
        )
        try:
            drawn = render(store.get(case.municipality_id, row.digest), row.media_type)
        except Refused as refused:
            problems[f"file-{row.id}"] = refused.problems["files"]
            continue
        found.append(Page(row.id, f"{len(found) + 1}.pdf", clean(words), drawn))
    if problems:
        raise Refused(problems)
    return found


def prepare(
    session: Session, actor: Actor, number: str, feedback_id: str, copy: Copy, *, store: Store, now: datetime
) -> str:
    """Keep a copy for a second person to look at. Nothing is public yet. Out: the opinion's receipt.

    Errors: NotAllowed, NotFound, Conflict when somebody prepared another meanwhile, and Refused: without the
    author's consent, with a personal code or its author's name in it, without a reason where one is due.
    """
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    text = clean(copy.text)
    if problems := _problems(said, text, copy):
        raise Refused(problems)
    before = versions(session, said)
    newest = before[0] if before else None
    if newest is not None and newest.version != copy.seen:
        if (newest.text, newest.prepared_by, newest.state) == (text, actor.person_id, PREPARED):
            return said.receipt
        raise Conflict
    if newest is not None and newest.state == PREPARED:
        newest.state = REPLACED
        session.add(newest)
    made = Publication(
        municipality_id=case.municipality_id,
        feedback_id=said.id,
        version=newest.version + 1 if newest else 1,
        of_version=said.version,
        text=text,
        reason="nothing" if text == said.text else copy.reason,
        kept=clean(copy.kept),
        prepared_by=actor.person_id,
        prepared_at=now,
    )
    session.add(made)
    session.flush()
    for page in copy.files:
        session.add(
            FileCopy(
                municipality_id=case.municipality_id, publication_id=made.id, attachment_id=page.attachment_id,
                title=page.title, told=page.told, pages=page.drawn.pages, size=len(page.drawn.content),
                digest=store.put(case.municipality_id, page.drawn.content),
            )
        )  # fmt: skip
    return said.receipt


def let_out(
    session: Session, actor: Actor, number: str, feedback_id: str, version: int, *, now: datetime
) -> str:
    """Show a prepared copy to everyone. Again is the same. Out: the opinion's receipt.

    Errors: NotAllowed, NotFound, Conflict when another copy was prepared or the author changed the opinion, and
    Refused for whoever prepared it while the municipality has another planner, or when consent is gone.
    """
    said, made = _newest(session, actor, number, feedback_id, version)
    if made.state == PUBLISHED:
        return said.receipt
    if made.state != PREPARED or made.of_version != said.version:
        raise Conflict
    if not said.may_publish or said.state not in TO_ANSWER:
        raise Refused({"": Reason("no_consent" if not said.may_publish else "not_counted")})
    if made.prepared_by == actor.person_id and not alone(session, actor):
        raise Refused({"": Reason("second_person")})
    for earlier in versions(session, said):
        if earlier.state == PUBLISHED:
            earlier.state = REPLACED
            session.add(earlier)
    made.state, made.decided_by, made.decided_at = PUBLISHED, actor.person_id, now
    said.public_text, said.published_at = made.text, said.published_at or now
    session.add_all([made, said])
    return said.receipt


def send_back(
    session: Session, actor: Actor, number: str, feedback_id: str, version: int, note: str, *, now: datetime
) -> str:
    """Ask for another copy. In: what is still wrong. Out: the receipt. Errors: NotAllowed, NotFound, Conflict, Refused."""
    said, made = _newest(session, actor, number, feedback_id, version)
    words = clean(note)
    problems: dict[str, Reason] = {}
    check_length(problems, "note", words, MAX_REASON, required=True, missing="say_what_is_wrong")
    if problems:
        raise Refused(problems)
    if made.state == SENT_BACK:
        return said.receipt
    if made.state != PREPARED:
        raise Conflict
    made.state, made.note, made.decided_by, made.decided_at = SENT_BACK, words, actor.person_id, now
    session.add(made)
    return said.receipt


def take_back(
    session: Session, actor: Actor, number: str, feedback_id: str, why: str, *, now: datetime
) -> str:
    """Take an opinion off the public page at once; anyone of the planners may. A reason may follow, none is asked.

    Out: the opinion's receipt. Errors: NotAllowed, NotFound.
    """
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    said.published_at, said.public_text = None, ""
    session.add(said)
    for made in versions(session, said):
        if made.state == PUBLISHED:
            made.state, made.taken_by, made.taken_at = TAKEN_BACK, actor.person_id, now
            made.taken_why = clean(why)[:MAX_REASON]
            session.add(made)
    return said.receipt


def alone(session: Session, actor: Actor) -> bool:
    """Whether the municipality has no other planner: then the same person looks twice."""
    return all(it.id == actor.person_id for it in with_role(session, actor.municipality_id, PLANNER))


def found_in(said: Feedback, text: str) -> tuple[Finding, ...]:
    """What is worth a look in words of this opinion; an organisation's own name is no finding."""
    return sensitive.find(text, said.author_name if said.author_kind == "person" else "")


def _newest(
    session: Session, actor: Actor, number: str, feedback_id: str, version: int
) -> tuple[Feedback, Publication]:
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    made = next(iter(versions(session, said)), None)
    if made is None:
        raise NotFound
    if made.version != version:
        raise Conflict
    return said, made


def _problems(said: Feedback, text: str, copy: Copy) -> dict[str, Reason]:
    if not said.may_publish:
        return {"text": Reason("no_consent")}
    if said.state not in TO_ANSWER:
        return {"text": Reason("not_counted")}
    found: dict[str, Reason] = {}
    check_length(found, "text", text, MAX_TEXT, required=not copy.files)
    marked = found_in(said, text)
    kinds = {it.kind for it in marked}
    if CODE in kinds:
        found["text"] = Reason("id_code_in_text")
    elif AUTHOR in kinds:
        found["text"] = Reason("name_in_text")
    elif said.author_kind != "organisation" and kinds & {MAIL, PHONE}:
        found["text"] = Reason("address_in_text")
    elif marked and not clean(copy.kept):
        found["kept"] = Reason("say_why_kept", count=len(marked))
    check_length(found, "kept", clean(copy.kept), MAX_REASON)
    if text != said.text and copy.reason not in REASONS[1:]:
        found["reason"] = Reason("say_why_changed")
    return found
