"""What lies beside the tasks on a planner's desk: what needs a hand, and what is waited for from others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Session, SQLModel

from engine.clock import local_day
from engine.incident import Incident
from engine.instance import ACTIVE, Instance
from engine.runtime import Runtime
from engine.wait import HUMAN, MESSAGE, SIGNAL, TIMER, Wait
from notifications.outbox import OutgoingLetter
from processes.accommodation import Need
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.feedback import Feedback
from processes.inbound import IncomingMail
from processes.invitation import INVITED, Invitation
from processes.item import Advice, Item
from processes.permission import Actor
from processes.publication import Publication
from processes.round import Round
from processes.suggestion import Suggestion
from processes.task_words import words_of

LETTERS, WRONG, NEEDS, LATE, INCIDENT, SILENT = "letters", "wrong", "needs", "late", "incident", "silent"
PUBLISH = "publish"
COUNTERED, DELEGATED = "countered", "delegated"
POINTS, ADVICE = "points", "advice"  # given to, or asked of, whoever looks at the desk
SHOWN = 8
MOST = 200


@dataclass(frozen=True)
class Hand:
    """Something that needs a hand in one case: how many, and since or until when."""

    what: str
    number: str
    title: str
    language: str
    count: int
    since: datetime | None
    by: date | None


@dataclass(frozen=True)
class Waiting:
    """Something waited for: `who` is a role, or what kind of thing brings it (timer, message, job)."""

    number: str
    title: str
    language: str
    name: str
    who: str
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Beside:
    """`hands` need someone; `silent` are invited and have not answered an open round; `waiting_count` is of all.

    `mails` came in and wait for a person's decision, the oldest at `mails_since`; those that propose another time or
    somebody else stand among the hands of their case. `suggestions` are what associations propose by themselves and
    nobody has answered, the first answer due on `suggestions_due`, which may be past.
    """

    hands: Sequence[Hand]
    silent: Sequence[Hand]
    waiting: Sequence[Waiting]
    waiting_count: int
    mails: int = 0
    mails_since: datetime | None = None
    suggestions: int = 0
    suggestions_due: date | None = None
    suggestions_late: bool = False


NOTHING = Beside((), (), (), 0)


def beside(session: Session, actor: Actor, language: str, *, runtime: Runtime, now: datetime) -> Beside:
    """What a planner looks after beside the tasks; nothing for other roles."""
    if not actor.holds("planner"):
        return NOTHING
    home, person = actor.municipality_id, actor.person_id
    values = {"tenant": home, "person": person, "language": language, "now": now}
    connection = session.connection()
    hands = [
        Hand(
            row.what, row.number, row.title or row.fallback or row.number, language if row.title else "et",
            row.many, row.since, row.by,
        )
        for row in connection.execute(_hands, values)
    ]  # fmt: skip
    rows = connection.execute(_waits(tuple(sorted(actor.roles))), values).all()
    waiting = []
    for row in rows:
        definition = runtime.library.get(session, actor.municipality_id, row.definition_id)
        waiting.append(
            Waiting(
                row.number, row.title or row.fallback or row.number, language if row.title else "et",
                words_of(definition, row.element, language).name, row.role if row.kind == HUMAN else row.kind,
                row.opened_at, row.due_at,
            )
        )  # fmt: skip
    mails, since, suggestions, due = connection.execute(_outside_cases, values).one()
    return Beside(
        [it for it in hands if it.what != SILENT],
        [it for it in hands if it.what == SILENT],
        waiting,
        rows[0].every if rows else 0,
        mails,
        since,
        suggestions,
        due,
        due is not None and due < local_day(now),
    )


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table


_wait, _instance, _incident, _letter = (
    _table(Wait),
    _table(Instance),
    _table(Incident),
    _table(OutgoingLetter),
)
_case, _text, _need, _feedback = (
    _table(Consultation),
    _table(ConsultationText),
    _table(Need),
    _table(Feedback),
)
_invitation, _round, _mail = _table(Invitation), _table(Round), _table(IncomingMail)
_copy, _item, _advice, _suggestion = _table(Publication), _table(Item), _table(Advice), _table(Suggestion)
_P = sa.bindparam
# Grouped by the bare column, SQLite would read every letter there ever was in the order of another index.
_NOTHING: sa.ColumnElement[str] = sa.literal_column("''")


def _counted(what: str, case_id: Any, since: Any, by: Any, *where: Any) -> sa.Select[Any]:
    """One kind of thing, counted by case."""
    return (
        sa.select(
            sa.literal(what).label("what"),
            case_id.label("case_id"),
            sa.func.count().label("many"),
            _earliest(since, UtcDateTime()).label("since"),
            _earliest(by, sa.Date()).label("by"),
        )
        .where(*where)
        .group_by(case_id)
    )


def _earliest(column: Any, kind: Any) -> Any:
    """The first of a column; a typed NULL where there is none, so that PostgreSQL can join the parts."""
    return sa.cast(sa.null(), kind) if column is None else sa.type_coerce(sa.func.min(column), kind)


_open_rounds = sa.select(_round.c.consultation_id).where(
    _round.c.municipality_id == _P("tenant"),
    _round.c.closed_at.is_(None),
    _round.c.interrupted_at.is_(None),
    _round.c.opens_at <= _P("now"),
    _round.c.phase != "approval",
)


def _as_indexed(condition: str) -> Any:
    """A condition in the very words of its partial index: with a parameter, SQLite would not use it."""
    return sa.text(condition)


_mails = (
    sa.select(sa.func.count().label("many"), sa.func.min(_mail.c.received_at).label("since"))
    .where(
        _mail.c.municipality_id == _P("tenant"),
        _as_indexed("incoming_mail.state = 'waiting'"),
        _mail.c.outcome.not_in((COUNTERED, DELEGATED)),
    )
    .subquery("mails")
)
_proposed = (
    sa.select(sa.func.count().label("many"), sa.func.min(_suggestion.c.answer_due_on).label("due"))
    .where(_suggestion.c.municipality_id == _P("tenant"), _as_indexed("suggestion.state = 'waiting'"))
    .subquery("proposed")
)
_outside_cases = sa.select(
    _mails.c.many, sa.type_coerce(_mails.c.since, UtcDateTime()), _proposed.c.many, _proposed.c.due
).select_from(_mails.join(_proposed, sa.true()))
_asked = (_invitation.c.municipality_id == _P("tenant"), _invitation.c.state == INVITED)
_each = sa.union_all(
    _counted(
        LETTERS, _letter.c.business_key + _NOTHING,  _letter.c.created_at, None,
        _letter.c.tenant_id == _P("tenant"), _as_indexed("outgoing_letter.state IN ('failed', 'held')"),
    ),
    _counted(WRONG, _invitation.c.consultation_id, _invitation.c.not_us_at, None,
             *_asked, _invitation.c.not_us_at.is_not(None)),
    _counted(NEEDS, _need.c.consultation_id, None, _need.c.arrange_by,
             _need.c.municipality_id == _P("tenant"), _as_indexed("need.state = 'asked'")),
    _counted(LATE, _feedback.c.consultation_id, _feedback.c.received_at, None,
             _feedback.c.municipality_id == _P("tenant"), _as_indexed("feedback.state = 'late_waiting'")),
    _counted(
        PUBLISH, _feedback.c.consultation_id, _copy.c.prepared_at, None,
        _copy.c.municipality_id == _P("tenant"), _as_indexed("publication.state = 'prepared'"),
        _feedback.c.municipality_id == _copy.c.municipality_id, _feedback.c.id == _copy.c.feedback_id,
    ),
    _counted(
        INCIDENT, _instance.c.business_key, _incident.c.created_at, None,
        _incident.c.tenant_id == _P("tenant"), _incident.c.resolved_at.is_(None),
        _instance.c.tenant_id == _incident.c.tenant_id, _instance.c.id == _incident.c.instance_id,
    ),
    _counted(POINTS, _item.c.consultation_id, None, _item.c.due_on, _item.c.municipality_id == _P("tenant"),
             _item.c.assignee_id == _P("person"), _as_indexed("item.outcome = ''")),
    _counted(
        ADVICE, _item.c.consultation_id, _advice.c.asked_at, _advice.c.due_on,
        _advice.c.municipality_id == _P("tenant"), _advice.c.adviser_id == _P("person"),
        _as_indexed("advice.given_at IS NULL"),
        _item.c.municipality_id == _advice.c.municipality_id, _item.c.id == _advice.c.item_id,
    ),
    *(
        _counted(what, _mail.c.consultation_id, _mail.c.received_at, None, _mail.c.municipality_id == _P("tenant"),
                 _as_indexed("incoming_mail.state = 'waiting'"), _mail.c.outcome == what)
        for what in (COUNTERED, DELEGATED)
    ),
    _counted(SILENT, _invitation.c.consultation_id, None, None, *_asked, _invitation.c.purpose == "opinion",
             _invitation.c.answered_at.is_(None), _invitation.c.no_comments_at.is_(None), _invitation.c.consultation_id.in_(_open_rounds)),
).subquery("each")  # fmt: skip


def _titles(case: Any, query: Any) -> Any:
    here, spoken = _text.alias("here"), _text.alias("spoken")
    for text, language in ((spoken, _P("language")), (here, sa.literal("et"))):
        query = query.outerjoin(
            text,
            (text.c.municipality_id == case.c.municipality_id)
            & (text.c.consultation_id == case.c.id)
            & (text.c.language == language),
        )
    return query.add_columns(spoken.c.title, here.c.title.label("fallback"))


_hands = _titles(
    _case,
    sa.select(_each.c.what, _each.c.many, _each.c.since, _each.c.by, _case.c.number)
    .join(_case, (_case.c.municipality_id == _P("tenant")) & (_case.c.id == _each.c.case_id))
    .where(_case.c.state == RUNNING),
).order_by(_each.c.by.is_(None), _each.c.by, _each.c.since, _case.c.number).limit(MOST)  # fmt: skip


# A message beside a timer is what may happen instead, not what is waited for.
_beside = _wait.alias("beside")
_timed = sa.exists().where(
    _beside.c.tenant_id == _wait.c.tenant_id,
    _beside.c.instance_id == _wait.c.instance_id,
    _beside.c.kind == TIMER,
)


@lru_cache(maxsize=32)
def _waits(roles: tuple[str, ...]) -> sa.Select[Any]:
    """What running cases wait for that none of these roles can do, the nearest first."""
    found = (
        sa.select(
            _wait.c.id, _wait.c.tenant_id, _wait.c.instance_id, _wait.c.element, _wait.c.kind, _wait.c.role,
            _wait.c.opened_at, _wait.c.due_at, sa.func.count().over().label("every"),
        )
        .where(
            _wait.c.tenant_id == _P("tenant"),
            sa.or_(_wait.c.kind.not_in((MESSAGE, SIGNAL)), ~_timed),
            ~_wait.c.element.endswith("_reminds", autoescape=True),  # nobody waits for a reminder
            sa.or_(_wait.c.kind != HUMAN, _wait.c.role.is_(None), sa.and_(*(_wait.c.role != it for it in roles))),
        )
        .order_by(_wait.c.due_at.is_(None), _wait.c.due_at, _wait.c.id)
        .limit(SHOWN)
        .subquery("found")
    )  # fmt: skip
    query = (
        sa.select(
            found.c.element, found.c.kind, found.c.role, found.c.opened_at, found.c.due_at, found.c.every,
            _instance.c.definition_id, _case.c.number,
        )
        .join(_instance, (_instance.c.tenant_id == found.c.tenant_id) & (_instance.c.id == found.c.instance_id))
        .join(_case, (_case.c.municipality_id == _instance.c.tenant_id) & (_case.c.id == _instance.c.business_key))
        .where(_instance.c.status == ACTIVE)
    )  # fmt: skip
    listed: sa.Select[Any] = _titles(_case, query)
    return listed.order_by(found.c.due_at.is_(None), found.c.due_at, found.c.id)
