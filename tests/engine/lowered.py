"""A drawing deployed here, and the same drawing in the library as it comes."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.lint import check_files
from tests.engine.conftest import Bench
from tests.engine.drawing import draw, folder

BEGIN, OVER = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="err"/>'
ERRORS = (
    '<bpmn:error id="err" name="err" errorCode="E1"/><bpmn:error id="other" name="other" errorCode="E2"/>'
)
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="esc"/>'
ESCALATIONS = '<bpmn:escalation id="esc" name="esc" escalationCode="S1"/>'
WAYPOINTS = '<di:waypoint x="0" y="0"/><di:waypoint x="1" y="1"/></bpmndi:BPMNEdge>'
FIELDS = {"x": "number", "soon_at": "datetime", "late_at": "datetime"}


def plainly(diagram: str) -> BpmnWorkflow:
    """The same drawing in the library as it comes, run until it waits."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(diagram.encode()))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.do_engine_steps()
    return workflow


def open_plainly(workflow: BpmnWorkflow) -> list[str]:
    return sorted(it.task_spec.name for it in workflow.get_tasks(state=TaskState.READY, manual=True))


def finish(workflow: BpmnWorkflow, name: str) -> None:
    next(
        it for it in workflow.get_tasks(state=TaskState.READY, manual=True) if it.task_spec.name == name
    ).run()
    workflow.do_engine_steps()


def deploy(bench: Bench, nodes: list[str], arrows: Any, **more: Any) -> str:
    diagram = draw("p", nodes, arrows, **more)
    # The rules, without the dry run: each story here is a walk of its own.
    rules = partial(check_files, try_out=lambda *_: [])
    with patch("engine.definition.check_files", rules):
        bench.deploy(folder("p", diagram, fields=FIELDS))
    return diagram


def thrown(kind: str, identity: str, definition: str) -> str:
    tag = "endEvent" if kind == "end" else "intermediateThrowEvent"
    return f'<bpmn:{tag} id="{identity}">{definition}</bpmn:{tag}>'


def on(definition: str, *, interrupting: bool = True, identity: str = "asked") -> str:
    """The start event of an event subprocess."""
    return f'<bpmn:startEvent id="{identity}" isInterrupting="{str(interrupting).lower()}">{definition}</bpmn:startEvent>'
