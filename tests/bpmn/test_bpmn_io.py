"""What we drew opens in bpmn.io's own editors, and what they save still runs as it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from engine.decision import read_decision
from engine.diagram import read_diagram
from engine.folder import read_folder
from engine.form import read_form
from engine.lint import check_files
from engine.process import Process
from engine.service import Services
from tests.bpmn.conftest import FOLDER
from tests.browser import chromium

ROOT = FOLDER.parent
DIAGRAMS = sorted(it.relative_to(ROOT).as_posix() for it in ROOT.rglob("*.bpmn"))
TABLES = sorted(it.relative_to(ROOT).as_posix() for it in ROOT.rglob("*.dmn"))
FORMS = sorted(it.relative_to(ROOT).as_posix() for it in ROOT.rglob("*.form"))
BUNDLES = (
    "bpmn-js/dist/bpmn-modeler.development.js",
    "dmn-js/dist/dmn-modeler.development.js",
    "@bpmn-io/form-js/dist/form-editor.umd.js",
)
STYLES = ("bpmn-js/dist/assets/diagram-js.css", "bpmn-js/dist/assets/bpmn-js.css")
SAVE_DIAGRAM = """async ([xml]) => {
  const modeler = new BpmnJS({container: '#canvas'});
  const {warnings} = await modeler.importXML(xml);
  const saved = (await modeler.saveXML({format: true})).xml;
  modeler.destroy();
  return [warnings.map(it => it.message), saved];
}"""
SAVE_TABLE = """async ([xml]) => {
  const modeler = new DmnJS({container: '#canvas'});
  const {warnings} = await modeler.importXML(xml);
  const table = modeler.getViews().find(it => it.type === 'decisionTable');
  await modeler.open(table);
  const rows = document.querySelectorAll('#canvas tbody tr').length;
  const saved = (await modeler.saveXML({format: true})).xml;
  modeler.destroy();
  return [warnings.map(it => it.message), saved, rows];
}"""
SAVE_FORM = """async ([text]) => {
  const editor = await FormEditor.createFormEditor({
    container: document.querySelector('#canvas'), schema: JSON.parse(text)});
  const shown = document.querySelectorAll('#canvas .fjs-form-field').length;
  const saved = JSON.stringify(editor.saveSchema());
  editor.destroy();
  return [shown, saved];
}"""
OVERLAPS = """async ([xml]) => {
  const viewer = new BpmnJS({container: '#canvas'});
  await viewer.importXML(xml);
  const shapes = viewer.get('elementRegistry').filter(it => it.width && !it.labelTarget && it.type !== 'bpmn:Lane' &&
    it.type !== 'bpmn:Participant' && !(it.type === 'bpmn:SubProcess'));
  const found = [];
  for (const a of shapes) for (const b of shapes) {
    const attached = a.host === b || b.host === a;
    if (a.id < b.id && !attached && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      found.push(a.id + ' ' + b.id);
  }
  viewer.destroy();
  return found;
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium.ensure()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.launch_options())
        opened = browser.new_page(viewport={"width": 1600, "height": 900})
        opened.set_content('<div id="canvas" style="width: 1600px; height: 900px"></div>')
        for style in STYLES:
            opened.add_style_tag(path=chromium.MODULES / style)
        for bundle in BUNDLES:
            opened.add_script_tag(path=chromium.MODULES / bundle)
        yield opened
        browser.close()


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def process_of(path: str) -> Path:
    """The process a file belongs to; what is shared is tried with the detailed plan."""
    folder = ROOT / path.partition("/")[0]
    return folder if (folder / "process.toml").exists() else FOLDER


@pytest.mark.parametrize("path", DIAGRAMS)
def test_a_diagram_saved_by_bpmn_js_runs_as_it_was_drawn(page: Page, path: str) -> None:
    warnings, saved = page.evaluate(SAVE_DIAGRAM, [text_of(path)])
    assert warnings == []
    before, after = read_diagram(text_of(path)), read_diagram(saved)
    assert dict(after.elements) == dict(before.elements)
    assert dict(after.flows) == dict(before.flows)
    assert after.drawn == before.drawn
    folder = process_of(path)
    files = dict(read_folder(folder))
    name = path.removeprefix(f"{folder.name}/")
    assert name in files
    assert check_files({**files, name: saved}, Services("processes.services")) == []


@pytest.mark.parametrize("path", DIAGRAMS)
def test_no_symbol_lies_on_another(page: Page, path: str) -> None:
    assert page.evaluate(OVERLAPS, [text_of(path)]) == []


@pytest.mark.parametrize("path", TABLES)
def test_a_table_saved_by_dmn_js_decides_as_it_did(page: Page, path: str) -> None:
    warnings, saved, rows = page.evaluate(SAVE_TABLE, [text_of(path)])
    assert warnings == []
    before, after = read_decision(text_of(path)), read_decision(saved)
    assert rows >= len(before.rules)
    assert replace(after, _tables={}) == replace(before, _tables={})


def test_every_form_saved_by_form_js_asks_what_it_asked(page: Page, process: Process) -> None:
    for path in FORMS:
        before = read_form(text_of(path))
        shown, saved = page.evaluate(SAVE_FORM, [text_of(path)])
        after: Any = read_form(saved)
        assert shown >= len(before.components), path
        assert [it.question for it in after.all()] == [it.question for it in before.all()], path
        assert [
            (it.key, it.label, it.description, it.options, it.required, it.hide) for it in after.all()
        ] == [(it.key, it.label, it.description, it.options, it.required, it.hide) for it in before.all()], (
            path
        )
        fields = (
            process.fields if process_of(path) == FOLDER else Process(read_folder(process_of(path))).fields
        )
        assert after.lint(fields) == [], path


def test_nothing_to_open_was_forgotten() -> None:
    assert Path("detailed_plan/detailed_plan.bpmn").as_posix() in DIAGRAMS
    assert Path("round_table/round_table.bpmn").as_posix() in DIAGRAMS
    assert len(DIAGRAMS) >= 5
    assert len(TABLES) >= 4
    assert len(FORMS) >= 33
