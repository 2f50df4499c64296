"""What the storm left, counted in the database and in the sink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlmodel import Session

from engine.history import verify
from web.compose import Kaasa


@dataclass
class Figures:
    """Everything that is printed; `broken()` says which of it breaks a promise."""

    seconds: float = 0.0
    node_kills: int = 0
    database_kills: int = 0
    restarts_by_the_service_manager: int = 0
    answers: str = ""
    opinions_acknowledged: int = 0
    opinions_lost: int = 0
    opinions_doubled: int = 0
    steps_acknowledged: int = 0
    steps_lost: int = 0
    steps_doubled: int = 0
    letters_owed: int = 0
    letters_lost: int = 0
    letters_doubled: int = 0
    letters_arrived: int = 0
    redeliveries_same_message_id: int = 0
    arrived_unknown: int = 0
    histories: int = 0
    histories_broken: int = 0
    states_unreadable: int = 0
    incidents: int = 0
    seconds_to_settle: float = 0.0

    def broken(self) -> list[str]:
        """Out: the promises that did not hold."""
        promises = (
            "opinions_lost", "opinions_doubled", "steps_lost", "steps_doubled", "letters_lost", "letters_doubled",
            "arrived_unknown", "histories_broken", "states_unreadable", "incidents",
        )  # fmt: skip
        return [f"{name}: {getattr(self, name)}" for name in promises if getattr(self, name)]

    def lines(self) -> str:
        return "\n".join(f"{name.replace('_', ' '):<32}{value}" for name, value in asdict(self).items())


def count(
    it: Figures,
    kaasa: Kaasa,
    opinions: Mapping[str, str],
    steps: Mapping[str, str],
    sink: list[tuple[str, str]],
) -> None:
    """Fill the figures. In: opinions told received (key -> text), tasks told done (wait -> element), the sink's letters."""
    with kaasa.database.session() as session:
        _opinions(it, session, opinions)
        _steps(it, session, steps)
        _letters(it, session, sink)
        _histories(it, kaasa, session)


def _rows(session: Session, query: str) -> list[sa.Row[tuple[object, ...]]]:
    return list(session.connection().execute(sa.text(query)))


def _opinions(it: Figures, session: Session, told: Mapping[str, str]) -> None:
    kept = Counter((row[0], row[1]) for row in _rows(session, "select submission_key, text from feedback"))
    texts = Counter(text for _key, text in kept.elements())
    it.opinions_acknowledged = len(told)
    it.opinions_lost = sum((key, text) not in kept for key, text in told.items())
    it.opinions_doubled = sum(number - 1 for number in texts.values())


def _steps(it: Figures, session: Session, told: Mapping[str, str]) -> None:
    """A task told done is closed, and no element of a case (there are no loops here) was done twice."""
    open_waits = {row[0] for row in _rows(session, "select id from engine_wait")}
    done = Counter(
        (row[0], row[1])
        for row in _rows(session, "select instance_id, element from engine_history where what = 'done'")
    )
    it.steps_acknowledged = len(told)
    by_element = Counter(element for (_case, element), _n in done.items())
    missing = sum(max(0, n - by_element[element]) for element, n in Counter(told.values()).items())
    it.steps_lost = len(open_waits & set(told)) + missing
    it.steps_doubled = sum(number - 1 for number in done.values())


def _letters(it: Figures, session: Session, sink: list[tuple[str, str]]) -> None:
    owed = {
        (row[0], row[1])
        for row in _rows(session, "select recipient_address, message_id from outgoing_letter")
    }
    arrived = Counter(sink)
    it.letters_owed = len(owed)
    it.letters_lost = len(owed - set(arrived))
    # Every opinion has one receipt: another letter of a kind to the same author would be a second one.
    kinds = _rows(session, "select recipient_address, kind, count(*) from outgoing_letter group by 1, 2")
    it.letters_doubled = sum(int(str(row[2])) - 1 for row in kinds)
    it.letters_arrived = len(sink)
    it.redeliveries_same_message_id = sum(number - 1 for number in arrived.values())
    it.arrived_unknown = len(set(arrived) - owed)


def _histories(it: Figures, kaasa: Kaasa, session: Session) -> None:
    for tenant, instance in _rows(session, "select tenant_id, id from engine_instance"):
        it.histories += 1
        it.histories_broken += not verify(session, str(tenant), str(instance))
        try:
            kaasa.runtime.data(session, str(tenant), str(instance))
        except Exception:  # noqa: BLE001  whatever it is, it counts
            it.states_unreadable += 1
    it.incidents = len(_rows(session, "select id from engine_incident"))
