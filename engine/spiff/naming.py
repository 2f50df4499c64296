"""Which step of a new specification a step of an old one becomes.

What is drawn keeps its id unless the plan says otherwise. What lowering or the library added has no id a person
knows: it follows what it belongs to, or is found again by what lies around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import (
    BoundaryEventJoin,
    BoundaryEventSplit,
    BpmnStartTask,
    SimpleBpmnTask,
)
from SpiffWorkflow.bpmn.specs.defaults import CallActivity
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask

from engine.diagram import Element
from engine.move_plan import Plan
from engine.spiff.machine import Blueprint

SPLIT, MERGE = ".BoundaryEventSplit", ".BoundaryEventJoin"
END_JOIN = ".EndJoin"
_LIBRARY = (BoundaryEventSplit, BoundaryEventJoin, BpmnStartTask, SimpleBpmnTask)


def base_of(name: str) -> str:
    """Out: the step a name of the library's edge handling belongs to; else the name itself."""
    return name.removesuffix(SPLIT).removesuffix(MERGE)


class Names:
    """The names of one process or subprocess. In: both blueprints, both specifications, the plan, both prefixes."""

    def __init__(
        self,
        before: Blueprint,
        after: Blueprint,
        old: BpmnProcessSpec,
        new: BpmnProcessSpec,
        plan: Plan,
        prefixes: tuple[str, str] = ("", ""),
    ) -> None:
        self.blueprint_before = before
        self.blueprint_after = after
        self.old = old
        self.new = new
        self._plan = plan
        self._prefix, self._new_prefix = prefixes
        self._found: dict[str, str | None] = {}

    def inside(self, holder: Any, new_holder: Any, old: BpmnProcessSpec, new: BpmnProcessSpec) -> Names:
        """Out: the names inside an open subprocess or call activity."""
        prefixes = (self._prefix, self._new_prefix)
        if isinstance(holder, CallActivity):
            prefixes = (f"{self._prefix}{holder.bpmn_id}/", f"{self._new_prefix}{new_holder.bpmn_id}/")
        return Names(self.blueprint_before, self.blueprint_after, old, new, self._plan, prefixes)

    def of(self, name: str) -> str | None:
        """Out: the name a step has in the new specification, or None."""
        if name not in self._found:
            self._found[name] = None  # what leads back to itself is found by nothing else
            self._found[name] = self._find(name)
        return self._found[name]

    def path(self, name: str) -> str:
        """Out: where a step of the old specification is drawn; the nearest drawn step around what is not."""
        return self._prefix + base_of(name)

    def element_before(self, name: str) -> Element | None:
        """Out: the drawn element of the old version, if it is drawn."""
        return self.blueprint_before.element(self.old.name, name)

    def is_elsewhere(self, name: str) -> bool:
        """Whether the new drawing has a step, but not in this process or subprocess."""
        target = self._target(name)
        return target is None or self.blueprint_after.element(self.new.name, target) is not None

    def edge(self, spec: BpmnProcessSpec, name: str) -> list[str]:
        """Out: the events on the edge of a step."""
        split = spec.task_specs.get(name + SPLIT)
        return [] if split is None else [it for it in split._outputs if it != name]

    def said_old(self, names: Iterable[str]) -> str:
        """Out: steps of the old version as a person knows them."""
        return ", ".join(sorted(self._said(self.element_before(it), it) for it in names))

    def said_new(self, names: Iterable[str]) -> str:
        """Out: steps of the new version as a person knows them."""
        return ", ".join(
            sorted(self._said(self.blueprint_after.element(self.new.name, it), it) for it in names)
        )

    def _said(self, element: Element | None, name: str) -> str:
        return (element.name or element.id) if element is not None else name

    def _find(self, name: str) -> str | None:
        specs = self.new.task_specs
        for suffix in (SPLIT, MERGE):
            if name.endswith(suffix):
                host = self.of(name.removesuffix(suffix))
                return f"{host}{suffix}" if host is not None and f"{host}{suffix}" in specs else None
        if name == self.old.name + END_JOIN:
            return self.new.name + END_JOIN if self.new.name + END_JOIN in specs else None
        if self.element_before(name) is not None:
            target = self._target(name)
            drawn = target is not None and self.blueprint_after.element(self.new.name, target) is not None
            return target if drawn and target in specs else None
        spec = self.old.task_specs.get(name)
        if spec is None or isinstance(spec, _LIBRARY):
            return name if name in specs else None
        return self._helper(name, spec)

    def _target(self, name: str) -> str | None:
        path = self._plan.mapping.get(self._prefix + name)
        if path is None:
            return name
        prefix, _, last = path.rpartition("/")
        return last if (f"{prefix}/" if prefix else "") == self._new_prefix else None

    def _helper(self, name: str, spec: Any) -> str | None:
        """What lowering added: the one of its kind among the same drawn steps."""
        around = {self._target(it) for it in self._drawn(self.blueprint_before, self.old, spec)} - {None}
        scored = [
            (len(around & self._drawn(self.blueprint_after, self.new, it)), it.name == name, it.name)
            for it in self.new.task_specs.values()
            if type(it) is type(spec) and self.blueprint_after.element(self.new.name, it.name) is None
        ]
        if not scored:
            return None
        best = max(scored)
        alone = sum(it[:2] == best[:2] for it in scored) == 1
        return best[2] if alone and (best[0] or (best[1] and not around)) else None

    def _drawn(self, blueprint: Blueprint, owner: BpmnProcessSpec, spec: Any) -> set[str]:
        """The drawn steps beside a helper and, when it wraps some, in it."""
        names = {base_of(it) for it in (*spec._inputs, *spec._outputs)}
        if isinstance(spec, SubWorkflowTask) and spec.spec in blueprint.parts:
            names |= set(blueprint.parts[spec.spec].task_specs)
        return {it for it in names if blueprint.element(owner.name, it) is not None}
