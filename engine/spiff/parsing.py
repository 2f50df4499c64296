"""From BPMN files to the token machine's specification: an allow-list, and nothing else.

Only the tags below have a parser. Timers and gateways get our own classes, every kind of engine task one class
that hands its work to the running step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator, full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    CallActivity,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ReceiveTask,
    StartEvent,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task

from engine.diagram import Diagram
from engine.errors import Unparsable
from engine.spiff.joining import Join, Merge
from engine.spiff.lowering.file import lower
from engine.spiff.raising import Error, Escalation
from engine.spiff.timing import MomentTimer, Race


class EngineTask(BpmnSpecMixin):  # type: ignore[misc]
    """A service task or decision: the running step does the work. `None` means it will be done by a job."""

    def _run_hook(self, my_task: Task) -> bool | None:
        done: bool | None = my_task.workflow.script_engine.conductor.perform(my_task)
        return done


class _Moments:
    """Reads timer and message events into our own kinds."""

    node: etree._Element

    def parse_timer_event(self, event: etree._Element) -> MomentTimer:
        child = next((it for it in event if isinstance(it.tag, str)), None)
        if child is None:
            raise ValidationException("a timer without a moment", node=self.node)
        kind = etree.QName(child).localname
        return MomentTimer(self.node.get("id", ""), (child.text or "").strip(), kind)

    def parse_message_event(self, event: etree._Element) -> MessageEventDefinition:
        name = self.process_parser.parser.messages.get(event.get("messageRef"))  # type: ignore[attr-defined]
        if not name:
            raise ValidationException("a message event without a message", node=self.node)
        return MessageEventDefinition(name)

    def parse_error_event(self, event: etree._Element) -> Error:
        return Error(*self._coded("error", event))

    def parse_escalation_event(self, event: etree._Element) -> Escalation:
        return Escalation(*self._coded("escalation", event))

    def _coded(self, kind: str, event: etree._Element) -> tuple[str, str | None]:
        """Name and code; without a reference it catches every error or escalation."""
        named = event.get(f"{kind}Ref")
        if not named:
            return kind, None
        declared = getattr(self.process_parser.parser, f"{kind}s").get(named)  # type: ignore[attr-defined]
        if declared is None:
            raise ValidationException(f"an {kind} that is not declared", node=self.node)
        return declared["name"] or kind, declared[f"{kind}_code"]


class _Catch(_Moments, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _Boundary(_Moments, BoundaryEventParser):  # type: ignore[misc]
    pass


class _End(_Moments, EndEventParser):  # type: ignore[misc]
    pass


class _Throw(_Moments, IntermediateThrowEventParser):  # type: ignore[misc]
    pass


class _Start(_Moments, StartEventParser):  # type: ignore[misc]
    pass


class _Receive(_Moments, ReceiveTaskParser):  # type: ignore[misc]
    pass


class _Gateway(_Moments, EventBasedGatewayParser):  # type: ignore[misc]
    def create_task(self) -> EventBasedGateway:
        return self._create_task(Race())


class Parser(BpmnParser):  # type: ignore[misc]
    """The library's parser with our list of what may run."""

    PARSER_CLASSES = {  # noqa: RUF012  the library reads a class attribute
        full_tag("startEvent"): (_Start, StartEvent),
        full_tag("endEvent"): (_End, EndEvent),
        full_tag("userTask"): (TaskParser, UserTask),
        full_tag("manualTask"): (TaskParser, ManualTask),
        full_tag("serviceTask"): (TaskParser, EngineTask),
        full_tag("sendTask"): (TaskParser, EngineTask),
        full_tag("businessRuleTask"): (TaskParser, EngineTask),
        full_tag("receiveTask"): (_Receive, ReceiveTask),
        full_tag("subProcess"): (SubWorkflowParser, SubWorkflowTask),
        full_tag("callActivity"): (CallActivityParser, CallActivity),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, ExclusiveGateway),
        full_tag("parallelGateway"): (GatewayParser, Join),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, Merge),
        full_tag("eventBasedGateway"): (_Gateway, EventBasedGateway),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (_Throw, IntermediateThrowEvent),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
    }
    OVERRIDE_PARSER_CLASSES: Mapping[str, Any] = {}


def parse(main: Diagram, called: Iterable[Diagram]) -> tuple[BpmnProcessSpec, dict[str, BpmnProcessSpec]]:
    """Out: the specification of a process, and those of everything it holds or calls. Errors: Unparsable."""
    parser = Parser()
    try:
        for diagram in (main, *called):
            parser.add_bpmn_xml(_with_clean_conditions(lower(diagram.root)))
        return parser.get_spec(main.process), parser.get_subprocess_specs(main.process)
    except (
        SpiffWorkflowException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        NotImplementedError,
    ) as error:
        raise Unparsable(f"the diagram cannot be run: {str(error).splitlines()[0][:200]}") from error
    except RecursionError as error:
        raise Unparsable("the diagram cannot be run: a path is too long; use subprocesses.") from error


def schema_faults(root: etree._Element) -> list[str]:
    """Out: what the BPMN 2.0 schema says against a file, at most five sentences."""
    schema = _schema()
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    return [f"line {it.line}: {it.message[:160]}" for it in islice(log, 5)]


@cache
def _schema() -> etree.XMLSchema:
    found = find_spec("SpiffWorkflow")
    home = Path((found.submodule_search_locations or [""])[0]) if found is not None else Path()
    extension = home / "spiff" / "parser" / "schema" / "spiffworkflow.xsd"
    schema: etree.XMLSchema = BpmnValidator(imports={"spiffworkflow": str(extension)}).validator
    return schema


def _with_clean_conditions(root: etree._Element) -> etree._Element:
    """Conditions are found again by their text, so it is the same text everywhere: no `=`, no blanks around."""
    for condition in root.iter(full_tag("conditionExpression")):
        condition.text = (condition.text or "").strip().removeprefix("=").strip()
    return root
