"""A process as its folder describes it: diagram, called diagrams, fields, roles, forms, decisions and wording.

It is read from the frozen texts of a definition, so it never changes; one copy a digest is kept in memory.
A path names an element and the call activities it lies in: `collect_draft/answer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from engine.decision import Decision, read_decision
from engine.diagram import Diagram, Element, read_diagram
from engine.errors import FeelError, ServiceUnknown, UnknownDefinition
from engine.feel.expression import Expression, compile_expression, names_used
from engine.form import Form, read_form
from engine.manifest import Manifest, read_manifest
from engine.service import Binding, Services, feel_types

Files = Mapping[str, str]
SHARED = "shared/"
MANIFEST = "process.toml"


@dataclass(frozen=True)
class ElementText:
    """The wording of an element in one language."""

    name: str
    documentation: str


class Guard:
    """A condition a person's task must meet: an expression over fields and facts."""

    def __init__(self, source: str, fields: Mapping[str, str], services: Services | None) -> None:
        self.source = source
        self.facts: dict[str, Binding] = {}
        types = dict(fields)
        for name in sorted(names_used(source) - fields.keys()):
            types[name] = self._fact_type(name, services)
        self.expression: Expression = compile_expression(source, types, "boolean")

    def _fact_type(self, name: str, services: Services | None) -> str:
        if services is None:
            return "number"
        try:
            self.facts[name] = binding = services.fact(name)
        except ServiceUnknown as error:
            raise FeelError("NAME", f"{name} is neither a field nor a fact: {error}") from error
        kinds = sorted(feel_types(binding.gives))
        if len(kinds) != 1:
            raise FeelError(
                "TYPE", f"the fact {name} must say that it gives a number, a text, a date or a boolean"
            )
        return kinds[0]


class Process:
    """Everything a step needs to know of a definition."""

    def __init__(self, files: Files) -> None:
        """In: the frozen texts of a folder. Errors: MarkupRefused, ManifestRefused, UnknownDefinition."""
        self.files = files
        own = read_manifest(files.get(MANIFEST, ""))
        self.diagram: Diagram = self._read(f"{own.key}.bpmn")
        self.called: dict[str, Diagram] = {}
        self._call(self.diagram)
        beside = [f"{SHARED}{name}.toml" for name in self.called]
        self.manifest: Manifest = own.over([read_manifest(files[it]) for it in beside if it in files])
        self._guards: dict[tuple[str, str, Services | None], Guard] = {}
        self._forms: dict[str, Form | None] = {}
        self._catalogues: dict[str, dict[str, str]] = {}

    @property
    def fields(self) -> Mapping[str, str]:
        """Out: every declared name with its type."""
        return self.manifest.fields

    def diagrams(self) -> list[Diagram]:
        """Out: the process's own diagram, then those it calls."""
        return [self.diagram, *self.called.values()]

    def locate(self, path: str) -> tuple[Diagram, Element]:
        """Out: the diagram and element at a path. Errors: KeyError."""
        diagram = self.diagram
        *calls, last = path.split("/")
        for call in calls:
            diagram = self.called[diagram.elements[call].calls or ""]
        return diagram, diagram.elements[last]

    def lane(self, path: str) -> str | None:
        """Out: the lane of an element; without one, that of the call activity around it."""
        while path:
            lane = self.locate(path)[1].lane
            if lane:
                return lane
            path = path.rpartition("/")[0]
        return None

    def role(self, path: str) -> str | None:
        """Out: the role of the nearest lane around an element that has one."""
        while path:
            role = self.manifest.lanes.get(self.locate(path)[1].lane or "")
            if role:
                return role
            path = path.rpartition("/")[0]
        return None

    @cached_property
    def conditions(self) -> dict[str, Expression]:
        """Out: every condition on an arrow, by its text. Errors: FeelError."""
        texts = {it.condition for diagram in self.diagrams() for it in diagram.flows.values() if it.condition}
        return {text: compile_expression(text, self.fields, "boolean") for text in texts}

    @cached_property
    def parameters(self) -> dict[tuple[str, str], dict[str, Expression]]:
        """Out: the parameters of every service task, by process and element. Errors: FeelError."""
        return {
            (diagram.process, it.id): {
                k: compile_expression(v, self.fields) for k, v in it.parameters.items()
            }
            for diagram in self.diagrams()
            for it in diagram.elements.values()
            if it.operation
        }

    def guard(self, path: str, services: Services | None) -> Guard | None:
        """Out: the compiled guard of a human task, if it has one. Errors: FeelError."""
        diagram, element = self.locate(path)
        source = element.properties.get("guard", "").strip()
        if not source:
            return None
        key = (diagram.process, element.id, services)  # facts are bound: other services, another guard
        if key not in self._guards:
            self._guards[key] = Guard(source, self.fields, services)
        return self._guards[key]

    def form(self, task: str) -> Form | None:
        """Out: the form of a task, named by id or path; the process's own before the shared one."""
        task = task.rpartition("/")[2]
        if task not in self._forms:
            text = self.text(f"forms/{task}.form")
            self._forms[task] = None if text is None else read_form(text)
        return self._forms[task]

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """Out: every decision table by its id. Errors: DecisionUnreadable, MarkupRefused."""
        read = [
            read_decision(text)
            for path, text in sorted(self.files.items(), reverse=True)
            if path.endswith(".dmn")
        ]
        return {it.id: it for it in read}

    def text(self, path: str) -> str | None:
        """Out: a file of the folder, or the shared one of that name."""
        return self.files.get(path, self.files.get(SHARED + path))

    def wording(self, path: str, language: str) -> ElementText:
        """Out: the name and documentation of an element in a language; untranslated where there is none."""
        element = self.locate(path)[1]
        return ElementText(
            self.translate(element.name, language), self.translate(element.documentation, language)
        )

    def translate(self, text: str, language: str) -> str:
        """Out: a text of the folder in a language, from the process's own catalogue, else the shared one."""
        if language not in self._catalogues:
            merged: dict[str, str] = {}
            for path in (f"{SHARED}locale/{language}.po", f"locale/{language}.po"):
                if path in self.files:
                    merged |= _translations(self.files[path])
            self._catalogues[language] = merged
        return self._catalogues[language].get(_folded(text)) or text

    def _read(self, path: str) -> Diagram:
        if path not in self.files:
            raise UnknownDefinition(f"the folder has no {path}; the diagram must be named like the process.")
        return read_diagram(self.files[path])

    def _call(self, diagram: Diagram) -> None:
        for name in diagram.called():
            if name not in self.called and name != self.diagram.process:
                self.called[name] = called = self._read(f"{SHARED}{name}.bpmn")
                self._call(called)


def _translations(text: str) -> dict[str, str]:
    catalogue: Catalog = read_po(BytesIO(text.encode()))
    return {
        _folded(str(it.id)): str(it.string)
        for it in catalogue
        if isinstance(it.id, str) and it.id and isinstance(it.string, str) and it.string and not it.fuzzy
    }


def _folded(text: str) -> str:
    """Diagrams wrap long names; a translation does not care where."""
    return " ".join(text.split())
