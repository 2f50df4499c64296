"""Where a case stands, as a few stages and as the list of its drawn steps; both from the engine's progress.

The stages of a detailed plan are named by the steps in them; a process without such names shows its
steps alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.definition import Definition
from engine.diagram import Diagram, Element
from engine.instance import Instance
from engine.progress import Place
from engine.runtime import Runtime
from processes.consultation import Consultation

DONE, CURRENT, AHEAD, SKIPPED = "done", "current", "ahead", "skipped"
SHOWN = ("startEvent", "userTask", "callActivity", "subProcess", "intermediateCatchEvent", "endEvent")

STAGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "detailed_plan": {
        "initiation": (
            "application_received", "check_application", "assess_environment", "decide_initiation",
            "announce_initiation",
        ),
        "preparation": ("prepare_plan", "plan_sketch", "sketch_display", "sketch_meeting"),
        "approval": ("send_for_approval", "approval_round", "settle_approvals"),
        "display": (
            "committee_before_acceptance", "accept_plan", "announce_display", "move_display", "display_round",
            "repeat_display",
        ),
        "answers": (
            "answer_opinions", "decide_discussion", "public_discussion", "record_results", "announce_results",
        ),
        "decision": (
            "submit_for_state_approval", "state_approval", "committee_before_adoption", "decide_adoption",
            "announce_adoption",
        ),
        "closing": ("register_plan", "contest_ends", "close_contest", "archive_case"),
    },
    "round_table": {
        "topics": ("cycle_begins", "plan_cycle", "invite_organisations", "send_invitations", "topics_round"),
        "session": ("prepare_session", "hold_session"),
        "minutes": ("record_tasks", "circulate_minutes", "minutes_round", "finish_minutes"),
        # Older drawings hold these inside `report_and_go_on`. When the next cycle begins is no stage of this one.
        "report": (
            "report_and_go_on", "answer_opinions", "send_answers", "prepare_summary", "committee_hears", "cycle_closed",
        ),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """A stage of the procedure and its state: done, current, ahead or skipped."""

    code: str
    state: str
    done_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One drawn step; `inside` says that it is a part of the one above it."""

    element: str
    name: str
    state: str
    inside: bool
    done_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """Where a case stands. `marks` are the drawn elements to mark, by state."""

    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    marks: Mapping[str, tuple[str, ...]]

    @property
    def stage(self) -> str:
        """The stage it is in; the last one when it has ended."""
        current = [it.code for it in self.stages if it.state == CURRENT]
        done = [it.code for it in self.stages if it.state == DONE]
        return (current or done or [""])[-1]


NONE = Progress((), (), {})


def definition_of(session: Session, case: Consultation, runtime: Runtime) -> Definition | None:
    """The version of the process a case runs on; None for one without an instance."""
    instance = session.get(Instance, (case.municipality_id, case.instance_id)) if case.instance_id else None
    if instance is None:
        return None
    return runtime.library.get(session, case.municipality_id, instance.definition_id)


def progress(session: Session, case: Consultation, language: str, *, runtime: Runtime) -> Progress:
    """Where a case stands now; nothing for one without an instance."""
    definition = definition_of(session, case, runtime)
    if definition is None or case.instance_id is None:
        return NONE
    places = runtime.progress(session, case.municipality_id, case.instance_id)
    diagram = definition.process.diagram
    steps = []
    for place in places:
        element = diagram.elements.get(place.element)
        if element is None or not _shown(element, place, inside=element.scope != diagram.process):
            continue
        name = definition.text_of(place.element, language).name
        inside = element.scope != diagram.process
        steps.append(Step(place.element, name, place.state, inside, place.done_at))
    return Progress(stages(case.kind, places, diagram), tuple(steps), marks(places, diagram))


def stages(kind: str, places: Sequence[Place], diagram: Diagram) -> tuple[Stage, ...]:
    """The stages of a kind of process: those before the current one are done, unless nothing in them was."""
    drawn = STAGES.get(kind, {})
    of_element = {element: code for code, elements in drawn.items() for element in elements}
    in_stage: dict[str, list[Place]] = {code: [] for code in drawn}
    for place in places:
        if (code := of_element.get(_outermost(place.element, diagram))) is not None:
            in_stage[code].append(place)
    current = [code for code, inside in in_stage.items() if any(it.state == CURRENT for it in inside)]
    reached = current[-1] if current else None
    found, passed = [], False
    for code, inside in in_stage.items():
        done = [it.done_at for it in inside if it.state == DONE and it.done_at is not None]
        if code == reached:
            state, passed = CURRENT, True
        elif passed:
            state = AHEAD
        else:
            state = DONE if done else SKIPPED
        found.append(Stage(code, state, max(done) if done and state == DONE else None))
    return tuple(found)


def marks(places: Sequence[Place], diagram: Diagram) -> dict[str, tuple[str, ...]]:
    """Which elements of the drawing are done and which current; what lies in another drawing marks its call.

    Where nothing is current any more, the end that was reached is where the case stands.
    """
    found: dict[str, dict[str, None]] = {CURRENT: {}, DONE: {}}
    for place in places:
        drawn = place.element.partition("/")[0]
        element = diagram.elements.get(drawn)
        if place.state in found and element is not None and element.kind != "boundaryEvent":
            found[place.state][drawn] = None
    if not found[CURRENT]:
        ends = (it for it in found[DONE] if _is_end(diagram.elements[it], diagram))
        found[CURRENT] = dict.fromkeys(ends)
    for drawn in found[CURRENT]:
        found[DONE].pop(drawn, None)
    return {state: tuple(elements) for state, elements in found.items()}


def _outermost(path: str, diagram: Diagram) -> str:
    """The element in the process's own drawing, not inside any subprocess, that a path lies in."""
    name = path.partition("/")[0]
    while (element := diagram.elements.get(name)) is not None and element.scope in diagram.elements:
        name = element.scope
    return name


def _is_end(element: Element, diagram: Diagram) -> bool:
    return element.kind == "endEvent" and element.scope == diagram.process


def _shown(element: Element, place: Place, *, inside: bool) -> bool:
    """Whether a step is told in the list: named ones, an end only once it is reached."""
    if element.kind not in SHOWN or not element.name.strip():
        return False
    if element.kind == "startEvent":
        return not inside
    return element.kind != "endEvent" or (place.state == DONE and not inside)
