"""A consultation before it begins: its matter in plain words, its place, what it touches. Nobody hears of it yet.

A draft is a consultation in the state `draft`. The key of its form is its id, so that two presses make one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, delete, select

from engine.clock import local_day
from engine.decision import Decision, read_decision
from processes import audience, catalogue, launch_form, suggestion
from processes.actions import planner_case
from processes.actions.giving import check_length, clean, one_line
from processes.committee import Committee
from processes.consultation import DRAFT, Consultation, ConsultationText
from processes.database import new_id
from processes.document import Document
from processes.errors import Reason, Refused, TooLate
from processes.feedback import next_number
from processes.invitation import Invitation
from processes.launch_form import Asked
from processes.organisation import Organisation
from processes.permission import PLANNER, Actor, require
from processes.words import EASY, LANGUAGES

WRITTEN_IN = (*LANGUAGES, EASY)
PARTS = ("title", "what", "open_points", "already_decided")
NEEDED = ("title", "what")
DECIDERS = ("council", "government")
MAX_TITLE, MAX_TEXT, MAX_LINE = 200, 4_000, 200
MAX_TOPICS = 20
EARLIEST = date(2015, 7, 1)  # the Planning Act in force; the terms begin with it

_IMPACT = re.compile(r'list contains\(impact, "([^"]+)"\)')


class AlreadyBegun(TooLate):
    """The case is no draft any more: it has begun, so it is changed on its own pages."""

    code = "already_begun"


@dataclass(frozen=True)
class Matter:
    """What the form holds, as it was typed. `texts` is language -> part -> words."""

    kind: str
    texts: Mapping[str, Mapping[str, str]]
    place: str = ""
    topics: Sequence[str] = ()
    impacts: Sequence[str] = ()
    applicant: str = ""
    application_on: str = ""
    decided_by: str = ""
    committee_id: str = ""


@dataclass(frozen=True)
class Offer:
    """What the form offers: kinds, topics the registry knows, effects the kind's table asks about, committees.

    `kind` is the one it asks for, and `asked` how it words each part of the matter; what it leaves out is not asked.
    """

    kind: str
    asked: Mapping[str, Asked]
    kinds: tuple[tuple[str, str], ...]
    topics: tuple[str, ...]
    impacts: tuple[tuple[str, str], ...]
    committees: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DraftLine:
    """A draft in the list of drafts."""

    number: str
    title: str
    kind: str
    planner_id: str
    created_at: datetime


def drafts(session: Session, actor: Actor, language: str) -> list[DraftLine]:
    """Every draft of the municipality, the newest first. Errors: NotAllowed."""
    require(actor, PLANNER)
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.state == DRAFT
    )
    found = session.exec(query.order_by(col(Consultation.created_at).desc(), col(Consultation.id).desc()))
    titles = {it.key: it.title for it in catalogue.kinds()}
    return [
        DraftLine(
            it.number,
            planner_case.head(session, actor, it, language).title,
            titles.get(it.kind, it.kind),
            it.planner_id,
            it.created_at,
        )
        for it in found
    ]


def find(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Consultation:
    """A draft by its number. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = planner_case.find(session, actor, number, lock=lock)
    if case.state != DRAFT:
        raise AlreadyBegun
    return case


def offer(session: Session, actor: Actor, kind: str = "", language: str = "et") -> Offer:
    """What may be chosen, for a kind (the first one when it is not known). Errors: NotAllowed."""
    require(actor, PLANNER)
    kinds = catalogue.kinds()
    chosen = next((it for it in kinds if it.key == kind), kinds[0])
    registry = select(Organisation.topics).where(
        Organisation.municipality_id == actor.municipality_id, col(Organisation.active)
    )
    topics = {line for text in session.exec(registry.distinct()) for line in text.splitlines() if line}
    committees = select(Committee).where(Committee.municipality_id == actor.municipality_id)
    return Offer(
        kind=chosen.key,
        asked=launch_form.of_kind(chosen, language),
        kinds=tuple((it.key, launch_form.title(it, language)) for it in kinds),
        topics=tuple(sorted(topics, key=str.casefold)),
        impacts=impacts_of(audience_table(chosen.key)),
        committees=tuple((it.id, it.name) for it in session.exec(committees.order_by(Committee.name))),
    )


def audience_table(kind: str) -> Decision | None:
    """The table of a kind that says whom to ask, as it is on disk now; None when the kind has none."""
    text = catalogue.kind(kind).files().get(audience.TABLE)
    return read_decision(text) if text else None


def impacts_of(table: Decision | None) -> tuple[tuple[str, str], ...]:
    """The effects a table asks about: (value, the table's own words)."""
    asked = [(_IMPACT.search(it.expression), it) for it in table.inputs] if table else []
    return tuple((found[1], getattr(it, "label", "") or found[1]) for found, it in asked if found)


def matter(session: Session, actor: Actor, number: str) -> Matter:
    """A draft's matter, as the form shows it. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = find(session, actor, number)
    query = select(ConsultationText).where(
        ConsultationText.municipality_id == case.municipality_id, ConsultationText.consultation_id == case.id
    )
    texts = {it.language: {part: str(getattr(it, part)) for part in PARTS} for it in session.exec(query)}
    return Matter(
        kind=case.kind,
        texts=texts,
        place=case.place,
        topics=tuple(case.topic_list()),
        impacts=tuple(case.impact_list()),
        applicant=case.applicant,
        application_on=case.application_on.isoformat() if case.application_on else "",
        decided_by=case.decided_by,
        committee_id=case.committee_id or "",
    )


def create(session: Session, actor: Actor, given: Matter, *, now: datetime, key: str) -> str:
    """Make a draft. In: `key` of the form; the same key is one draft. Out: its number.

    Errors: NotAllowed, Refused, AlreadyBegun.
    """
    require(actor, PLANNER)
    case_id = key if planner_case.is_id(key) else new_id()
    if (before := session.get(Consultation, (actor.municipality_id, case_id))) is not None:
        return find(session, actor, before.number).number
    day = _check(session, actor, given, local_day(now))
    prefix = "".join(word[0] for word in given.kind.split("_") if word)
    series = f"{prefix}-{local_day(now).year}"
    case = Consultation(
        municipality_id=actor.municipality_id, id=case_id, kind=given.kind, planner_id=actor.person_id,
        number=f"{series}-{next_number(session, actor.municipality_id, series)}", created_at=now,
    )  # fmt: skip
    _write(session, case, given, day)
    return case.number


def change(session: Session, actor: Actor, number: str, given: Matter, *, now: datetime) -> None:
    """Write a draft's matter anew; its kind stays. Errors: NotAllowed, NotFound, AlreadyBegun, Refused."""
    case = find(session, actor, number, lock=True)
    day = _check(session, actor, given, local_day(now))
    _write(session, case, given, day)


def discard(session: Session, actor: Actor, number: str) -> None:
    """Take a draft away with everything kept for it. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = find(session, actor, number, lock=True)
    suggestion.let_go(session, case.municipality_id, case.id)
    for table in (ConsultationText, Invitation, Document):
        session.exec(
            delete(table).where(
                col(table.municipality_id) == case.municipality_id, col(table.consultation_id) == case.id
            )
        )
    session.delete(case)


def _check(session: Session, actor: Actor, given: Matter, today: date) -> date:
    """Out: the day of the application. Errors: Refused with a reason for every field that is wrong."""
    problems: dict[str, Reason] = {}
    kind = next((it for it in catalogue.kinds() if it.key == given.kind), None)
    if kind is None:
        problems["kind"] = Reason("not_a_choice")
    asked = launch_form.of_kind(kind, "et") if kind else launch_form.EVERYTHING
    for language in WRITTEN_IN:
        _check_text(problems, language, given.texts.get(language, {}))
    for part, words in (("place", given.place), ("applicant", given.applicant)):
        needed = part in asked and asked[part].required
        check_length(problems, part, one_line(words), MAX_LINE, required=needed, missing=f"{part}_missing")
    day = _day(problems, given.application_on, today)
    if given.decided_by not in DECIDERS and "decided_by" in asked:
        problems["decided_by"] = Reason("not_a_choice")
    if given.committee_id and session.get(Committee, (actor.municipality_id, given.committee_id)) is None:
        problems["committee_id"] = Reason("not_a_choice")
    known = (
        {value for value, _label in impacts_of(audience_table(given.kind))} if kind else set(given.impacts)
    )
    if not known.issuperset(given.impacts):
        problems["impacts"] = Reason("not_a_choice")
    if len(topics_of(given.topics)) > MAX_TOPICS or any(len(it) > MAX_LINE for it in given.topics):
        problems["other_topics"] = Reason("too_many_topics", limit=MAX_TOPICS, length=MAX_LINE)
    if problems or day is None:
        raise Refused(problems)
    return day


def _check_text(problems: dict[str, Reason], language: str, said: Mapping[str, str]) -> None:
    """Estonian is always needed; in another language all that is needed or nothing."""
    wanted = language == "et" or any(clean(said.get(part, "")) for part in PARTS)
    for part in PARTS:
        limit = MAX_TITLE if part == "title" else MAX_TEXT
        check_length(
            problems,
            f"{part}-{language}",
            clean(said.get(part, "")),
            limit,
            required=wanted and part in NEEDED,
            missing=f"{part}_missing",
        )


def _day(problems: dict[str, Reason], text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems["application_on"] = Reason("not_a_date")
        return None
    if day > today:
        problems["application_on"] = Reason("in_the_future", today=today)
    elif day < EARLIEST:
        problems["application_on"] = Reason("application_too_old", first=EARLIEST)
    return day


def _write(session: Session, case: Consultation, given: Matter, day: date) -> None:
    asked = launch_form.of_kind(catalogue.kind(case.kind), "et")
    for part, words in (("place", given.place), ("applicant", given.applicant)):
        if part in asked or words:  # what the form does not ask stays as it was
            setattr(case, part, one_line(words))
    case.topics, case.impacts = "\n".join(topics_of(given.topics)), "\n".join(dict.fromkeys(given.impacts))
    case.application_on, case.decided_by = day, given.decided_by or case.decided_by or DECIDERS[0]
    case.committee_id = given.committee_id or None
    session.add(case)
    session.flush()
    for language in WRITTEN_IN:
        said = {part: clean(given.texts.get(language, {}).get(part, "")) for part in PARTS}
        there = session.get(ConsultationText, (case.municipality_id, case.id, language))
        if not any(said.values()):
            if there is not None:
                session.delete(there)
            continue
        row = there or ConsultationText(
            municipality_id=case.municipality_id, consultation_id=case.id, language=language, title=""
        )
        row.title, row.what = one_line(said["title"]), said["what"]
        row.open_points, row.already_decided = said["open_points"], said["already_decided"]
        session.add(row)
    session.flush()


def topics_of(lines: Sequence[str]) -> list[str]:
    """Topics as they are kept: one each, without blanks."""
    return list(dict.fromkeys(it for it in map(one_line, lines) if it))
