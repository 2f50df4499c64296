"""Definitions and their folder: frozen texts, shared files, wording in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definition import Library, digest
from engine.errors import DefinitionRefused, FolderRefused, UnknownDefinition
from engine.folder import read_folder
from tests.engine.conftest import TENANT, Bench
from tests.engine.drawing import END, START, call, chain, draw, folder, user

INNER = draw("inner", [START, user("deep", "Vasta", page=""), END], chain("start", "deep", "end"))
OUTER = draw(
    "p", [START, call("a", "inner"), user("own", "Kontrolli"), END], chain("start", "a", "own", "end")
)
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "{0}"\nmsgstr "{1}"\n'
FORM = '{"schemaVersion": 16, "type": "default", "id": "f", "components": []}'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A process folder and the shared one beside it."""
    for path, text in folder("p", OUTER, locale__en_dot_po=PO.format("Kontrolli", "Check")).items():
        _write(tmp_path / "p" / path, text)
    for path, text in {
        "inner.bpmn": INNER,
        "inner.toml": 'key = "inner"\ntitle = "Inner"\n[fields]\nround_ends_at = "datetime"\n',
        "forms/deep.form": FORM,
        "forms/stranger.form": FORM,
        "letters/invitation.et.md": "Tere",
        "locale/en.po": PO.format("Vasta", "Answer"),
        "unused.bpmn": INNER.replace('id="inner"', 'id="unused"'),
        "picture.png": "x",
    }.items():
        _write(tmp_path / "shared" / path, text)
    return tmp_path / "p"


def test_a_folder_takes_along_what_it_uses_of_the_shared_one(home: Path) -> None:
    assert set(read_folder(home)) == {
        "p.bpmn", "process.toml", "locale/en.po", "shared/inner.bpmn", "shared/inner.toml", "shared/forms/deep.form",
        "shared/letters/invitation.et.md", "shared/locale/en.po",
    }  # fmt: skip


def test_its_own_files_come_before_the_shared_ones(home: Path) -> None:
    _write(home / "letters/invitation.et.md", "Oma")
    assert "shared/letters/invitation.et.md" not in read_folder(home)


def test_a_file_that_is_no_text_is_named(home: Path) -> None:
    (home / "README.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FolderRefused, match=r"README\.md"):
        read_folder(home)


def test_a_definition_gives_its_files_forms_fields_and_wording(home: Path, quick_bench: Bench) -> None:
    definition = quick_bench.deploy(read_folder(home))
    assert definition.file("letters/invitation.et.md") == "Tere"
    assert definition.form("a/deep") is definition.form("deep") is not None
    assert definition.form("own") is None
    assert definition.text_of("own", "en").name == "Check"
    assert definition.text_of("a/deep", "en").name == "Answer"
    assert definition.text_of("a/deep", "ru").name == "Vasta"
    assert definition.process.fields["round_ends_at"] == "datetime"
    with pytest.raises(KeyError):
        definition.file("nothing.md")


def test_a_digest_does_not_depend_on_order_but_on_every_letter() -> None:
    files = {"a": "1", "b": "2"}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert len({digest(files), digest({**files, "a": "2"}), digest({**files, "c": ""})}) == 3


def test_a_definition_belongs_to_its_tenant(quick_bench: Bench) -> None:
    definition = quick_bench.deploy(
        folder("p", draw("p", [START, user("a"), END], chain("start", "a", "end")))
    )
    library = Library()
    with quick_bench.database.session() as session:
        assert library.get(session, TENANT, definition.id).digest == definition.digest
        with pytest.raises(UnknownDefinition):
            library.get(session, "t2", definition.id)
        with pytest.raises(UnknownDefinition):
            library.latest(session, "t2", "p")


def test_what_has_findings_is_not_deployed(quick_bench: Bench) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        quick_bench.deploy(folder("p", draw("p", [START, END], [])))
    assert refused.value.findings
    assert quick_bench.rows("select * from engine_definition") == []


def test_a_stored_definition_runs_in_a_process_that_has_never_met_it(quick_bench: Bench) -> None:
    """As after a restart: nothing is in memory, the specification is read from its row."""
    from engine import definition as module

    quick_bench.deploy(folder("p", draw("p", [START, user("a"), END], chain("start", "a", "end"))))
    instance = quick_bench.start("p")
    module._PROCESSES.clear()
    module._BLUEPRINTS.clear()
    quick_bench.runtime.library = Library(quick_bench.runtime.services)
    assert quick_bench.complete(instance, "a").status == "completed"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
