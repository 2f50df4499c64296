"""What people read of the process: in three languages, plain, and honest about the law."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.decision import Decision
from engine.folder import read_folder
from engine.process import Process
from tests.bpmn.conftest import FOLDER

CONFIRMED = {
    "128", "124", "6", "127", "139", "134", "135", "136", "137", "82",  # PlanS
    "49", "50", "32",  # HMS § 49 (2) and § 50 (4), KOKS § 32, MSVS § 6
}  # fmt: skip
"""Paragraphs whose number was read in a source; others are not printed."""


@pytest.fixture(scope="module", params=["detailed_plan", "round_table"])
def process(request: pytest.FixtureRequest) -> Process:
    return Process(read_folder(FOLDER.parent / request.param))


def of_diagrams(process: Process) -> Iterator[str]:
    for diagram in process.diagrams():
        yield from (diagram.name, diagram.documentation, *diagram.lanes)
        for element in diagram.elements.values():
            yield from (element.name, element.documentation, element.properties.get("basis", ""))
        yield from (flow.name for flow in diagram.flows.values())


def of_forms(process: Process) -> Iterator[str]:
    for path in process.files:
        if path.endswith(".form"):
            form = process.form(path.rpartition("/")[2].removesuffix(".form"))
            assert form is not None
            for it in form.all():
                yield from (it.label, it.description, *(label for _, label in it.options))


def of_tables(process: Process) -> Iterator[str]:
    for table in process.decisions.values():
        yield table.name
        yield from (rule.annotation for rule in table.rules)
    audience = process.decisions["audience"]
    why = [it.name for it in audience.outputs].index("why")
    yield from (rule.outputs[why].strip('"') for rule in audience.rules)


def said(process: Process) -> list[str]:
    found = [process.manifest.title, *of_diagrams(process), *of_forms(process), *of_tables(process)]
    return [" ".join(it.split()) for it in dict.fromkeys(found) if it.strip()]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_everything_people_read_is_translated(process: Process, language: str) -> None:
    assert [it for it in said(process) if process.translate(it, language) == it] == []


def test_russian_is_russian_and_english_is_english(process: Process) -> None:
    for text in said(process):
        assert re.search("[а-яё]", process.translate(text, "ru")), text
        assert not re.search("[а-яёõ]", process.translate(text, "en").replace("Sõnumid", "")), text


def test_no_translation_is_left_of_a_text_that_is_gone(process: Process) -> None:
    known = set(said(process))
    quoted = "".join(text for path, text in process.files.items() if path.endswith((".dmn", ".form")))
    for path, text in process.files.items():
        if path.endswith(".po"):
            told = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
            assert [it for it in told if it not in known and f'"{it}"' not in quoted] == [], path


def test_every_task_of_a_person_says_what_to_do_and_on_what_grounds(process: Process) -> None:
    for diagram in process.diagrams():
        for it in diagram.elements.values():
            if it.kind == "userTask":
                assert len(it.documentation) > 60, it.id
                assert it.properties.get("basis"), it.id
                assert it.lane, it.id


def test_only_confirmed_paragraphs_are_printed(process: Process) -> None:
    printed = {number for text in said(process) for number in re.findall(r"§\s*(\d+)", text)}
    assert printed <= CONFIRMED


def test_no_length_of_a_term_is_written_into_a_task(process: Process) -> None:
    """A law that changes changes `terms.dmn` alone."""
    for text in (*of_diagrams(process), *of_forms(process)):
        assert not re.search(r"\d+ (?:täis|töö)?päeva", text), text


def test_every_term_a_task_names_is_in_the_table(process: Process) -> None:
    table: Decision = process.decisions["terms"]
    known = {rule.tests[0].strip('"') for rule in table.rules}
    for diagram in process.diagrams():
        if process.manifest.key not in ("detailed_plan", diagram.process):
            continue  # a shared drawing asks for a plan's terms only where a plan is discussed
        for it in diagram.elements.values():
            if term := it.properties.get("term"):
                assert term in known, it.id
