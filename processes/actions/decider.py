"""Who decides on a case: the council or the government, of a rural municipality or a city."""

from dataclasses import dataclass

from processes.consultation import Consultation
from processes.municipality import Municipality


@dataclass(frozen=True)
class Decider:
    """`body` is council or government, `of` vald or linn, `name` what it calls itself in Estonian."""

    body: str
    of: str
    name: str


def decider_of(case: Consultation, home: Municipality) -> Decider:
    """Who decides on this case."""
    name = home.council if case.decided_by == "council" else home.government
    return Decider(case.decided_by, home.kind, name)
