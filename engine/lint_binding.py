"""Findings between a drawing and what it names: services, fields, forms, decisions, roles, called processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from engine.diagram import HUMAN_TASKS, SERVICE_TASKS, Diagram, Element
from engine.errors import EngineError, FeelError
from engine.feel.expression import compile_expression
from engine.lint_drawing import Said
from engine.process import Guard, Process
from engine.service import Binding, Services, feel_types
from engine.timer import fault

PROPERTIES = ("operation", "guard", "term", "since", "due", "basis", "page")
DEEPEST_CALL = 3


def findings(process: Process, diagram: Diagram, services: Services | None) -> Said:
    """Out: whatever one diagram of a process names that is missing or of another kind."""
    yield from _expressions(diagram, process.fields)
    for lane in diagram.lanes:
        if lane not in process.manifest.lanes:
            yield lane, f'the lane has no role; add `"{lane}" = "role"` to [lanes] in process.toml.'
    for element in diagram.elements.values():
        if element.kind in HUMAN_TASKS:
            yield from _human(element, process, services)
        elif element.kind in SERVICE_TASKS:
            yield from _service(element, process, services)
        elif element.kind == "businessRuleTask":
            yield from _decision(element, process)
        elif element.kind == "callActivity" and not element.calls:
            yield element.id, "it names no called process; set calledElement."
        if element.timer is not None and (said := fault(*element.timer, process.fields)):
            yield element.id, said


def of_process(process: Process) -> Said:
    """Out: what only the whole of a process and its called diagrams shows."""
    names = [it.process for it in process.diagrams()]
    for diagram in process.diagrams():
        names += [it.id for it in diagram.elements.values() if it.kind == "subProcess"]
    for name in sorted({it for it in names if names.count(it) > 1}):
        yield name, "two processes or subprocesses that run together have this id; give one another."
    yield from _calls(process, process.diagram, ())
    for path, element in _paths(process, process.diagram, "", ()):
        if element.kind in HUMAN_TASKS and process.role(path) is None:
            yield path, "nobody does this task; put it into a lane that has a role in process.toml."


def _expressions(diagram: Diagram, fields: Mapping[str, str]) -> Said:
    for flow in diagram.flows.values():
        if flow.condition is not None:
            try:
                compile_expression(flow.condition, fields, "boolean")
            except FeelError as error:
                yield flow.id, f"the condition {flow.condition!r} cannot be used: {_hint(error, fields)}"


def _human(element: Element, process: Process, services: Services | None) -> Said:
    if not element.name:
        yield element.id, "the task has no name; people read it, so write one."
    properties = element.properties
    for name in properties:
        near = get_close_matches(name, PROPERTIES, n=1, cutoff=0.75)
        if name not in PROPERTIES and near:
            yield element.id, f"the property {name!r} is not read; did you mean {near[0]}?"
    has_form = process.text(f"forms/{element.id}.form") is not None
    if element.kind == "userTask" and not has_form and not properties.get("page"):
        yield (
            element.id,
            f"the task has neither a form nor a page; add forms/{element.id}.form or the property page.",
        )
    yield from _moments(element, process)
    if properties.get("guard"):
        try:
            Guard(properties["guard"], process.fields, services)
        except EngineError as error:
            yield (
                element.id,
                f"the guard {properties['guard']!r} cannot be used: {_hint(error, process.fields)}",
            )
    if "operation" in properties and services is not None:
        yield from _operation(element, process, services)


def _moments(element: Element, process: Process) -> Said:
    properties = element.properties
    # A term may count from the last of several moments: names with commas between.
    named = [
        (key, it.strip())
        for key in ("since", "due")
        for it in properties.get(key, "").split(",")
        if it.strip()
    ]
    for key, field in named:
        if process.fields.get(field) not in ("date", "datetime"):
            yield element.id, f"{key} names {field!r}, which is no date or datetime field of process.toml."
    if "since" in properties and not properties.get("term"):
        yield element.id, "since says where a term begins, but no term is given; add the property term."


def _operation(element: Element, process: Process, services: Services) -> Said:
    try:
        binding = services.find(element.properties["operation"])
    except EngineError as error:
        yield element.id, f"operation: {error}"
        return
    if binding.later:
        yield (
            element.id,
            f"{binding.name} runs later, but a person's task is done at once; use another service.",
        )
    known = dict(process.fields)
    try:
        form = process.form(element.id)
    except EngineError:
        form = None  # said where the form is checked
    if form is not None:
        known |= form.types()
    keys = {it.key for it in form.all()} if form is not None else set()
    own_page = form is None and "page" in element.properties  # such a page sends what the operation needs
    for name, field in (binding.inputs.model_fields if binding.inputs else {}).items():
        if name not in known and name not in keys and field.is_required() and not own_page:
            yield (
                element.id,
                f"{binding.name} needs {name!r}, which neither the form nor process.toml has; add it.",
            )
        elif name in known and (taken := feel_types(field.annotation)) and known[name] not in taken:
            yield (
                element.id,
                f"{binding.name} takes {name} as {_or(taken)}, but it is a {known[name]}; change one.",
            )
    yield from _results(element, binding, process.fields)


def _service(element: Element, process: Process, services: Services | None) -> Said:
    if not element.operation:
        yield element.id, "it names no operation; set serviceTaskOperator to room/verb."
        return
    typed: dict[str, str] = {}
    for name, source in element.parameters.items():
        try:
            typed[name] = compile_expression(source, process.fields).type
        except FeelError as error:
            yield element.id, f"the parameter {name} cannot be used: {_hint(error, process.fields)}"
    if services is None:
        return
    try:
        binding = services.find(element.operation)
    except EngineError as error:
        yield element.id, str(error)
        return
    yield from _parameters(element, binding, typed)
    yield from _results(element, binding, process.fields)


def _parameters(element: Element, binding: Binding, typed: Mapping[str, str]) -> Said:
    inputs = binding.inputs.model_fields if binding.inputs else {}
    for name in element.parameters:
        if name not in inputs:
            near = get_close_matches(name, inputs, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(inputs) or 'nothing'}."
            yield element.id, f"{binding.name} takes no {name!r}; {hint}"
    for name, field in inputs.items():
        if name not in element.parameters and field.is_required():
            yield element.id, f"{binding.name} needs {name!r}; add the parameter."
        taken = feel_types(field.annotation)
        if name in typed and taken and typed[name] not in (*taken, "null"):
            yield element.id, f"{binding.name} takes {name} as {_or(taken)}, but it is given a {typed[name]}."


def _results(element: Element, binding: Binding, fields: Mapping[str, str]) -> Said:
    for name, field in (binding.outputs.model_fields if binding.outputs else {}).items():
        gives = feel_types(field.annotation)
        if name not in fields:
            kind = next(iter(sorted(gives)), "string")
            yield (
                element.id,
                f'{binding.name} gives {name!r}, which is no field; add `{name} = "{kind}"` to [fields].',
            )
        elif gives and fields[name] not in gives:
            yield (
                element.id,
                f"{binding.name} gives {name} as {_or(gives)}, but the field is a {fields[name]}.",
            )


def _decision(element: Element, process: Process) -> Said:
    try:
        decisions = process.decisions
    except EngineError:
        return  # said where the tables are checked
    found = decisions.get(element.decision or "")
    if found is None:
        near = get_close_matches(element.decision or "", decisions, n=1)
        hint = f"did you mean {near[0]}?" if near else "add its table to decisions/."
        yield element.id, f"there is no decision {element.decision!r}; {hint}"
        return
    for output in found.outputs:
        if output.name not in process.fields:
            yield element.id, f"the decision gives {output.name!r}, which is no field; add it to [fields]."


def _calls(process: Process, diagram: Diagram, within: tuple[str, ...]) -> Said:
    within = (*within, diagram.process)
    for name in diagram.called():
        if name in within:
            yield (
                name,
                f"{diagram.process} calls {name}, which is around it, and would never end; draw a loop.",
            )
        elif len(within) > DEEPEST_CALL:
            yield name, f"calls are over {DEEPEST_CALL} deep; call it from further out."
        elif name in process.called:
            yield from _calls(process, process.called[name], within)


def _paths(
    process: Process, diagram: Diagram, prefix: str, within: tuple[str, ...]
) -> Iterator[tuple[str, Element]]:
    for element in diagram.elements.values():
        yield prefix + element.id, element
        called = process.called.get(element.calls or "")
        if called is not None and called.process not in within and len(within) <= DEEPEST_CALL:
            yield from _paths(process, called, f"{prefix}{element.id}/", (*within, called.process))


def _hint(error: EngineError, fields: Mapping[str, str]) -> str:
    if isinstance(error, FeelError) and error.code == "NAME":
        return f"{error.message}; declared are {', '.join(sorted(fields)[:15]) or 'no fields'}."
    return f"{error}."


def _or(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds))
