"""The step that goes on past what fails, with what a person gives instead (what may be given: `engine.skipping`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import skipping
from engine.advance import ENGINE, Advance
from engine.blame import Blaming
from engine.errors import NotOpen
from engine.history import Event
from engine.instance import Instance
from engine.service import Services
from engine.skipping import Skip
from engine.wait import HUMAN, JOB, TIMER

_GONE = "nothing that is due leads to this step any more; look at the case again."


def take(
    step: Advance,
    services: Services,
    element: str,
    given: Mapping[str, Any],
    reason_length: int,
    wait_id: str = "",
) -> Instance:
    """Go on past a failed element. In: `wait_id`, the open task it broke in, if it broke in one.

    Errors: NotOpen, AnswersRefused, ServiceFailed.
    """
    if wait_id:
        return _past_task(step, services, wait_id, element, given, reason_length)
    step.skip = Skip(element, skipping.check(step.process, services, element, given), reason_length)
    waits = step.before.values()
    due = [it for it in waits if it.kind == TIMER and it.due_at is not None and it.due_at <= step.now]
    step.events.extend(Event(ENGINE, it.path, "fired") for it in due)
    with Blaming(step):
        for it in [it for it in waits if it.kind == JOB and it.path == element]:
            step.skipped()
            step.complete(it.id, by=step.actor)
        step.hear_late()
        return _run(step)


def _past_task(
    step: Advance,
    services: Services,
    wait_id: str,
    element: str,
    given: Mapping[str, Any],
    reason_length: int,
) -> Instance:
    """Do a task without its operation; an element that comes after it and failed is left out too."""
    task = step.before.get(wait_id)
    if task is None or task.kind != HUMAN:
        raise NotOpen("this task is not open any more; look at the list of tasks again.")
    values = skipping.check(step.process, services, element, given, task.path)
    with Blaming(step):
        step.skip = Skip(task.path, values, reason_length)
        step.skipped()
        if element != task.path:
            step.skip = Skip(element, values, reason_length)
        step.complete(wait_id, by=step.actor)
        return _run(step)


def _run(step: Advance) -> Instance:
    step.run()
    if step.still_to_skip:
        raise NotOpen(_GONE)
    return step.save()
