"""The generated pages of the reference say what the code says, about all of it."""

import pytest

from docs.reference.generate import HERE, pages
from docs.reference.writing import COMMAND
from engine.service import Services
from processes.tables import metadata
from web.settings import Settings

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_would_be_written_now(name: str) -> None:
    there = (HERE / name).read_text(encoding="utf-8") if (HERE / name).exists() else ""
    assert there == PAGES[name], f"docs/reference/{name} is stale; run `{COMMAND}`"


def test_every_table_column_verb_and_setting_is_told() -> None:
    for table in metadata().sorted_tables:
        section = PAGES["tables.md"].partition(f"### {table.name}\n")[2].partition("\n### ")[0]
        assert section, f"{table.name} has no section"
        assert all(f"`{column.name}`" in section for column in table.columns)
    services = Services("processes.services")
    for verb in [*services.names(), *services.facts()]:
        assert f"`{verb}`" in PAGES["verbs.md"]
    for name in Settings.model_fields:
        assert f"`KAASA_{name.upper()}`" in PAGES["settings.md"]
