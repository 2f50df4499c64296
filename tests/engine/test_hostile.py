"""Definitions written to run code: refused when deployed, and inert when forced in past every check.

Each vector is run first by the library's own engine, which must execute it; a vector that does nothing proves nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from engine.decision import read_decision
from engine.errors import EngineError, NotDeployed, StateUnreadable
from engine.lint import check_files
from engine.service import Services
from engine.spiff import codec
from engine.spiff.scripting import ClosedEngine
from engine.spiff.tree import Workflow
from tests.engine.drawing import END, START, catch, chain, draw, folder, gateway, timer

CODE = "__import__('pathlib').Path({file!r}).touch()"
SPIFF = "spiffworkflow"


def _task(tag: str, inside: str, extension: str = "") -> str:
    wrapped = f"<bpmn:extensionElements>{extension}</bpmn:extensionElements>" if extension else ""
    return f'<bpmn:{tag} id="t" name="t">{wrapped}{inside}</bpmn:{tag}>'


def _chain(node: str, **more: Any) -> str:
    return draw("p", [START, node, END], chain("start", "t", "end"), **more)


def _branch(kind: str) -> str:
    nodes = [
        START,
        gateway("way", kind, default="way_b"),
        *(f'<bpmn:manualTask id="{it}" name="x"/>' for it in "ab"),
        END,
    ]
    return draw(
        "p", nodes, [("start", "way"), ("way", "a", "CODE"), ("way", "b"), ("a", "end"), ("b", "end")]
    )


def _multi(inside: str) -> str:
    loop = f'<bpmn:multiInstanceLoopCharacteristics isSequential="false">{inside}</bpmn:multiInstanceLoopCharacteristics>'
    return _chain(_task("manualTask", loop))


_CONDITION = (
    "<bpmn:conditionalEventDefinition><bpmn:condition>CODE</bpmn:condition></bpmn:conditionalEventDefinition>"
)
_SERVICE = (
    f'<{SPIFF}:serviceTaskOperator id="letter/write"><{SPIFF}:parameters><{SPIFF}:parameter id="kind" type="str" '
    f'value="CODE"/></{SPIFF}:parameters></{SPIFF}:serviceTaskOperator>'
)
_PAYLOAD = f"<{SPIFF}:payloadExpression>CODE</{SPIFF}:payloadExpression>"
_CORRELATION = (
    '<bpmn:message id="m" name="m"/><bpmn:correlationProperty id="cp" name="cp">'
    '<bpmn:correlationPropertyRetrievalExpression messageRef="m"><bpmn:messagePath>CODE</bpmn:messagePath>'
    "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
)
VECTORS = {
    "script task": _chain(_task("scriptTask", "<bpmn:script>CODE</bpmn:script>")),
    "exclusive condition": _branch("exclusive"),
    "inclusive condition": _branch("inclusive"),
    "timeDate": _chain(catch("t", timer("CODE", "timeDate"))),
    "timeDuration": _chain(catch("t", timer("CODE", "timeDuration"))),
    "timeCycle": _chain(catch("t", timer("CODE", "timeCycle"))),
    "loopCardinality": _multi("<bpmn:loopCardinality>CODE</bpmn:loopCardinality>"),
    "completionCondition": _multi(
        "<bpmn:loopCardinality>2</bpmn:loopCardinality><bpmn:completionCondition>CODE</bpmn:completionCondition>"
    ),
    "loopCondition": _chain(
        _task(
            "manualTask",
            '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="2"><bpmn:loopCondition>CODE'
            "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
        )
    ),
    "conditional event": _chain(catch("t", _CONDITION)),
    "preScript": _chain(_task("manualTask", "", f"<{SPIFF}:preScript>CODE</{SPIFF}:preScript>")),
    "postScript": _chain(_task("manualTask", "", f"<{SPIFF}:postScript>CODE</{SPIFF}:postScript>")),
    "service parameter": _chain(_task("serviceTask", "", _SERVICE)),
    "message payload": _chain(
        '<bpmn:intermediateThrowEvent id="t"><bpmn:messageEventDefinition messageRef="m"><bpmn:extensionElements>'
        f"<{SPIFF}:messagePayload>CODE</{SPIFF}:messagePayload></bpmn:extensionElements></bpmn:messageEventDefinition>"
        "</bpmn:intermediateThrowEvent>",
        extra='<bpmn:message id="m" name="m"/>',
    ),
    "correlation": _chain(catch("t", '<bpmn:messageEventDefinition messageRef="m"/>'), extra=_CORRELATION),
    "signal payload": _chain(
        '<bpmn:intermediateThrowEvent id="t"><bpmn:signalEventDefinition signalRef="s"/></bpmn:intermediateThrowEvent>',
        extra=f'<bpmn:signal id="s" name="s"><bpmn:extensionElements>{_PAYLOAD}</bpmn:extensionElements></bpmn:signal>',
    ),
    "ad hoc completion": _chain(
        '<bpmn:adHocSubProcess id="t"><bpmn:manualTask id="inner" name="x"/>'
        "<bpmn:completionCondition>CODE</bpmn:completionCondition></bpmn:adHocSubProcess>"
    ),
}


def _armed(name: str, file: Path) -> str:
    code = CODE.format(file=str(file))
    return VECTORS[name].replace("CODE", escape(code, {'"': "&quot;"}))


class Conductor:
    """A step that lends the machine nothing."""

    now = datetime(2026, 1, 1, tzinfo=UTC)
    values: Mapping[str, Any] = {}
    expressions: Mapping[str, Any] = {}

    def perform(self, task: Any) -> bool:
        return True

    def moment(self, kind: str, text: str) -> datetime:
        return self.now


def _play(diagram: str, engine: Any) -> None:
    """Run a diagram with the library's own parser, whatever comes of it."""
    with suppress(Exception):
        parser = SpiffBpmnParser()
        parser.add_bpmn_str(diagram.encode())
        spec, parts = parser.get_spec("p"), parser.get_subprocess_specs("p")
        workflow = BpmnWorkflow(spec, parts, **({} if engine is None else {"script_engine": engine}))
        with suppress(Exception):
            workflow.do_engine_steps()
        for task in workflow.get_tasks(state=TaskState.READY, manual=True)[:3]:
            with suppress(Exception):
                task.run()
                workflow.do_engine_steps()
        with suppress(Exception):
            waiting = workflow.get_tasks(state=TaskState.WAITING)
            workflow.send_event(BpmnEvent(waiting[0].task_spec.event_definition, payload={}))


@pytest.mark.parametrize("name", VECTORS)
def test_a_definition_that_would_run_code_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    files = folder("p", _armed(name, tmp_path / "pwned"), forms__t_dot_form="{}")
    found = check_files(
        {k: v for k, v in files.items() if k != "forms/t.form"}, Services("tests.engine.clerk")
    )
    assert [it for it in found if it.element and it.sentence.endswith(".")], found
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", VECTORS)
def test_forced_in_past_every_check_it_runs_nothing(name: str, tmp_path: Path) -> None:
    control, file = tmp_path / "control", tmp_path / "pwned"
    _play(_armed(name, control), None)
    assert control.exists(), "the vector does nothing even in the library's own engine"
    _play(_armed(name, file), ClosedEngine(Conductor()))
    assert not file.exists()


@pytest.mark.parametrize("place", ["input", "cell", "output"])
def test_a_decision_table_runs_no_python(place: str, tmp_path: Path) -> None:
    code = CODE.format(file=str(tmp_path / "pwned"))
    texts = {"input": "x", "cell": "1", "output": "1"} | {place: code}
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="k" name="k"><decisionTable id="t"><input id="i"><inputExpression id="e" typeRef="number">'
        f'<text>{texts["input"]}</text></inputExpression></input><output id="o" name="y" typeRef="number"/>'
        f'<rule id="r"><inputEntry id="ri"><text>{texts["cell"]}</text></inputEntry><outputEntry id="ro">'
        f"<text>{texts['output']}</text></outputEntry></rule></decisionTable></decision></definitions>"
    )
    assert check_files(folder("p", _branch("exclusive").replace("CODE", "true"), decisions__k_dot_dmn=table))
    with pytest.raises(EngineError):
        read_decision(table).evaluate({"x": 1}, datetime(2026, 1, 1, tzinfo=UTC).date())
    assert not (tmp_path / "pwned").exists()


def test_a_state_of_the_library_is_never_read(tmp_path: Path) -> None:
    """Its loader evaluates text while upgrading states of versions 1.0 and 1.1."""
    parser = SpiffBpmnParser()
    parser.add_bpmn_str(_chain('<bpmn:manualTask id="t" name="x"/>').encode())
    spec = parser.get_spec("p")
    text = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG)).serialize_json(
        BpmnWorkflow(spec)
    )
    for stored in (
        text,
        text.replace('"1.5"', '"1.0"'),
        '{"format": 2}',
        "{}",
        "[]",
        "null",
        "\x00",
        '{"format":1}',
    ):
        with pytest.raises(StateUnreadable):
            codec.thaw(stored, spec, {}, Conductor())


def test_nothing_of_the_closed_engine_evaluates() -> None:
    engine = ClosedEngine(Conductor())
    for attempt in (
        lambda: engine.evaluate(None, "1 + 1"),
        lambda: engine.execute(None, "x = 1"),
        lambda: engine.validate("1"),
        lambda: engine.call_service(None, operation_name="x"),
        lambda: engine.environment.evaluate("1 + 1", {}),
        lambda: engine.environment.execute("x = 1", {}),
        lambda: engine.environment.call_service({}, operation_name="x"),
    ):
        with pytest.raises(NotDeployed):
            attempt()


def test_the_room_of_the_library_has_no_other_way_to_a_workflow() -> None:
    """No stock engine, loader or evaluator is named outside the closed one."""
    room = Path(__file__).parents[2] / "engine"
    source = {path: path.read_text() for path in room.rglob("*.py")}
    assert source
    for path, text in source.items():
        found = re.findall(
            r"BpmnWorkflowSerializer|deserialize_json|TaskDataEnvironment|pickle|(?<![\w.])(?:eval|exec)\(",
            text,
        )
        assert not found, (path, found)
        assert "BpmnWorkflow(" not in text, path  # only our own kind is made, which is always closed
    spec = BpmnProcessSpec("p")
    made = Workflow(spec, {}, Conductor(), deserializing=True)
    assert type(made.script_engine) is ClosedEngine
    assert source[room / "spiff" / "tree.py"].count("super().__init__(spec, parts, script_engine=closed") == 1


def test_the_library_logs_no_data() -> None:
    for name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data", "spiff.event", "spiff.engine"):
        assert logging.getLogger(name).level >= logging.WARNING
