"""Letters to many: a hundred are written in the step itself, more are left to be written afterwards.

    @in_batches("invitations")
    def invited(self, consultation, invitations): ...

The method stays as it is. What it was called with is kept as ids and days, and it is called again for each batch
with the same arguments and the next recipients; a letter's key makes sure that none is written twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from processes import participant
from processes.consultation import Consultation
from processes.decision import Decision
from processes.feedback import Feedback
from processes.invitation import UNINVITED, Invitation
from processes.mailing import Posted
from processes.mass_mailing import MassMailing
from processes.meeting import Attendance, Meeting
from processes.participant import Participant
from processes.response import Response
from processes.round import Round

AT_ONCE = 100
_ROWS: dict[str, type[SQLModel]] = {
    it.__name__: it
    for it in (Attendance, Consultation, Decision, Feedback, Invitation, Meeting, Response, Round)
}
F = TypeVar("F", bound=Callable[..., Posted])


def in_batches(recipients: str, *, closes: Sequence[str] = ()) -> Callable[[F], F]:
    """Let a method of a writer write to any number. In: the parameter that holds the recipients.

    None there means everyone who took part in the case. `closes` names the letters this one makes untrue; what is
    still unwritten of them is dropped.
    """

    def decorate(method: F) -> F:
        drawn = signature(method)

        @wraps(method)
        def write(self: Any, *given: Any, **named: Any) -> Posted:
            bound = drawn.bind(self, *given, **named).arguments
            bound.pop(next(iter(bound)))
            told = bound.get(recipients)
            whom = bound[recipients] = (
                self.everyone(next(iter(bound.values()))) if told is None else list(told)
            )
            if len(whom) <= AT_ONCE or self.in_batch:
                return method(self, **bound)
            rest = {name: value for name, value in bound.items() if name != recipients}
            self.leave(_row(write.__name__, rest, recipients, whom), tuple(closes))
            return Posted(waiting=len(whom))

        return cast("F", write)

    return decorate


def _row(letter: str, rest: dict[str, Any], name: str, whom: Sequence[Any]) -> MassMailing:
    """Out: a mailing without its municipality, case and day, which its writer knows."""
    about: Any = next(it for it in rest.values() if isinstance(it, SQLModel))
    return MassMailing(
        municipality_id="",
        consultation_id=str(getattr(about, "consultation_id", about.id)),
        letter=letter,
        about=str(about.id),
        arguments=orjson.dumps({"to": name, "rest": {k: _kept(v) for k, v in rest.items()}}).decode(),
        recipients=orjson.dumps([_kept(it) for it in whom]).decode(),
        total=len(whom),
        begun_at=datetime.min,  # noqa: DTZ901  the writer dates it
        due_at=datetime.min,  # noqa: DTZ901
    )


def next_call(session: Session, mailing: MassMailing, most: int = AT_ONCE) -> tuple[dict[str, Any], int]:
    """Out: what to call the mailing's method with for its next batch, and how many recipients that batch covers.

    Whoever has been un-invited since, or is gone, is left out of the call.
    """
    arguments = orjson.loads(mailing.arguments)
    batch = orjson.loads(mailing.recipients)[mailing.written : mailing.written + most]
    people: dict[str, Participant] = {}
    if any(isinstance(it, dict) and "who" in it for it in batch):
        all_of_them = participant.everyone(session, mailing.municipality_id, mailing.consultation_id)
        people = {it.ref: it for it in all_of_them}
    kept_alive = _prefetched(session, batch)
    found = [_found(session, it, people) for it in batch]
    del kept_alive
    rest = {name: _found(session, it, people) for name, it in arguments["rest"].items()}
    return rest | {arguments["to"]: [it for it in found if _still_there(it)]}, len(batch)


def _prefetched(session: Session, batch: Sequence[Any]) -> list[Any]:
    """The rows of a batch by one question a table; the session knows them as long as the list is held."""
    keys: dict[str, list[list[str]]] = {}
    for it in batch:
        for one in it if isinstance(it, list) else [it]:
            if "row" in one:
                keys.setdefault(one["row"], []).append(one["key"])
    held: list[Any] = []
    for name, wanted in keys.items():
        model = _ROWS[name]
        first, *_, last = sa.inspect(model).primary_key
        query = sa.select(model).where(first == wanted[0][0], last.in_([key[-1] for key in wanted]))
        held += session.scalars(query)
    return held


def _kept(value: Any) -> Any:
    """A value as JSON: rows by their keys, days and moments by their kind."""
    if isinstance(value, SQLModel):
        key = sa.inspect(type(value)).primary_key_from_instance(value)
        return {"row": type(value).__name__, "key": key}
    if isinstance(value, Participant):
        return {"who": value.ref}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple):
        return [_kept(it) for it in value]
    return value


def _found(session: Session, kept: Any, people: Mapping[str, Participant]) -> Any:
    if isinstance(kept, list):
        rows = tuple(_found(session, it, people) for it in kept)
        return None if None in rows else rows
    if not isinstance(kept, dict):
        return kept
    if "row" in kept:
        return session.get(_ROWS[kept["row"]], tuple(kept["key"]))
    if "who" in kept:
        return people.get(kept["who"])
    return datetime.fromisoformat(kept["moment"]) if "moment" in kept else date.fromisoformat(kept["day"])


def _still_there(recipient: Any) -> bool:
    return recipient is not None and not (isinstance(recipient, Invitation) and recipient.state == UNINVITED)
