"""The specification of a definition as text: written once when it is deployed, read once per process.

It is the library's own JSON of specifications, through a registry that knows only the classes our parser can
produce. States refer to it; it is never part of a state.
"""

from __future__ import annotations

from typing import Any

import orjson
from SpiffWorkflow.bpmn.serializer.default import BpmnProcessSpecConverter
from SpiffWorkflow.bpmn.serializer.default.event_definition import (
    ErrorEscalationEventDefinitionConverter,
    MessageEventDefinitionConverter,
    MultipleEventDefinitionConverter,
)
from SpiffWorkflow.bpmn.serializer.default.task_spec import (
    BoundaryEventConverter,
    BpmnStartTaskConverter,
    BpmnTaskSpecConverter,
    ConditionalGatewayConverter,
    EventConverter,
    EventJoinConverter,
    ExclusiveGatewayConverter,
    ParallelGatewayConverter,
    SubWorkflowConverter,
)
from SpiffWorkflow.bpmn.serializer.helpers import DefaultRegistry, EventDefinitionConverter
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs import defaults as specs
from SpiffWorkflow.bpmn.specs.control import (
    BoundaryEventJoin,
    BoundaryEventSplit,
    BpmnStartTask,
    SimpleBpmnTask,
    _EndJoin,
)
from SpiffWorkflow.bpmn.specs.event_definitions import (
    ErrorEventDefinition,
    MessageEventDefinition,
    NoneEventDefinition,
    SignalEventDefinition,
    TerminateEventDefinition,
)

from engine.errors import StateUnreadable
from engine.spiff.joining import Join, Merge
from engine.spiff.parsing import EngineTask
from engine.spiff.raising import Error, Escalation
from engine.spiff.timing import MomentTimer, Race

FORMAT = 1


class _TimerConverter(EventDefinitionConverter):  # type: ignore[misc]
    def to_dict(self, event_definition: MomentTimer) -> dict[str, Any]:
        kept: dict[str, Any] = super().to_dict(event_definition)
        return kept | {"expression": event_definition.expression, "kind": event_definition.kind}


_CONVERTERS: dict[type, type] = {
    BpmnProcessSpec: BpmnProcessSpecConverter,
    SimpleBpmnTask: BpmnTaskSpecConverter,
    BpmnStartTask: BpmnStartTaskConverter,
    _EndJoin: BpmnTaskSpecConverter,
    BoundaryEventSplit: BpmnTaskSpecConverter,
    BoundaryEventJoin: EventJoinConverter,
    EngineTask: BpmnTaskSpecConverter,
    specs.UserTask: BpmnTaskSpecConverter,
    specs.ManualTask: BpmnTaskSpecConverter,
    specs.SubWorkflowTask: SubWorkflowConverter,
    specs.CallActivity: SubWorkflowConverter,
    specs.ExclusiveGateway: ExclusiveGatewayConverter,
    # The library's own joins and errors stand in definitions of version 0.1.0, where no loop holds a join.
    specs.InclusiveGateway: ConditionalGatewayConverter,
    specs.ParallelGateway: ParallelGatewayConverter,
    Merge: ConditionalGatewayConverter,
    Join: ParallelGatewayConverter,
    specs.EventBasedGateway: EventConverter,
    specs.StartEvent: EventConverter,
    specs.EndEvent: EventConverter,
    specs.IntermediateCatchEvent: EventConverter,
    specs.IntermediateThrowEvent: EventConverter,
    specs.ReceiveTask: EventConverter,
    specs.BoundaryEvent: BoundaryEventConverter,
    NoneEventDefinition: EventDefinitionConverter,
    TerminateEventDefinition: EventDefinitionConverter,
    SignalEventDefinition: EventDefinitionConverter,
    ErrorEventDefinition: ErrorEscalationEventDefinitionConverter,
    Error: ErrorEscalationEventDefinitionConverter,
    Escalation: ErrorEscalationEventDefinitionConverter,
    MessageEventDefinition: MessageEventDefinitionConverter,
    MomentTimer: _TimerConverter,
    Race: MultipleEventDefinitionConverter,
}


def _registry() -> DefaultRegistry:
    registry = DefaultRegistry()
    for kind, converter in _CONVERTERS.items():
        converter(kind, registry)
    return registry


def freeze(main: BpmnProcessSpec, parts: dict[str, BpmnProcessSpec]) -> str:
    """Write the specification of a process and of everything it holds or calls."""
    registry = _registry()
    text = orjson.dumps(
        {
            "format": FORMAT,
            "main": registry.convert(main),
            "parts": {name: registry.convert(spec) for name, spec in sorted(parts.items())},
        },
        default=str,
    )
    return text.decode()


def thaw(text: str) -> tuple[BpmnProcessSpec, dict[str, BpmnProcessSpec]]:
    """Read a specification back. Errors: StateUnreadable."""
    try:
        stored = orjson.loads(text)
        if stored["format"] != FORMAT:
            raise StateUnreadable(
                f"the specification is of format {stored['format']}, this engine reads {FORMAT}."
            )
        registry = _registry()
        main = registry.restore(stored["main"])
        parts = {name: registry.restore(it) for name, it in stored["parts"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateUnreadable("a stored specification is damaged; restore it from a backup.") from error
    for spec in (main, *parts.values()):
        # The library's inclusive join looks for its tokens among the steps planted ahead; ours does not.
        spec.foresees = any(type(it) is specs.InclusiveGateway for it in spec.task_specs.values())
    return main, parts
