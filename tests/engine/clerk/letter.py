"""Letters that are only counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel
from sqlmodel import Session, text

from engine.service import Step, fact, service


class Write(BaseModel):
    kind: str
    copies: int = 1


class Written(BaseModel):
    letters: int


class Postbox(list[str]):
    """A tool: what was written, in order."""


@service
def write(inputs: Write, *, step: Step, postbox: Postbox) -> Written:
    postbox.extend([f"{step.element}:{inputs.kind}"] * inputs.copies)
    return Written(letters=len(postbox))


@service(later=True)
def post(inputs: Write, *, postbox: Postbox) -> Written:
    postbox.append(f"posted:{inputs.kind}")
    return Written(letters=len(postbox))


@service
def spoil(*, step: Step, postbox: Postbox) -> None:
    postbox.append("spoiled")
    raise RuntimeError("the printer burns")


@service(later=True)
def spoil_later(*, postbox: Postbox) -> None:
    raise RuntimeError("the printer burns")


class Schedule(BaseModel):
    days: int


class Scheduled(BaseModel):
    ends_at: datetime


@service
def schedule(inputs: Schedule, *, step: Step) -> Scheduled:
    return Scheduled(ends_at=step.now + timedelta(days=inputs.days))


@service
def keep(*, step: Step, session: Session) -> None:
    session.connection().execute(
        text("insert into engine_test_row(instance_id, element) values (:i, :e)"),
        {"i": step.instance_id, "e": step.element},
    )


@fact
def unanswered(*, postbox: Postbox) -> int:
    return len(postbox)


class Counted(BaseModel):
    letters: int
    outcome: Literal["sent", "kept"]
    ends_at: datetime | None = None


@service
def count_and_fail(*, step: Step) -> Counted:
    raise RuntimeError("the scales are broken")


@service(later=True)
def count_later_and_fail(*, step: Step) -> Counted:
    raise RuntimeError("the scales are broken")
