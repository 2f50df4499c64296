"""A planner begins a consultation in a real browser: accessible on every step, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults_shown, sign_in, start

STEPS = ("matter", "plan", "whom", "papers", "letters-preview", "begin", "discard")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Server]:
    """A demonstration of this file's own: drafts are made in it and begun."""
    running = start(tmp_path_factory.mktemp("launch") / "demo", like=demo_folder)
    yield running
    running.stop()


def draft(page: Page, town: Server, title: str) -> str:
    """Fill the first form as a planner does. Out: the address of the draft."""
    sign_in(page, town, "planner", "/et/launch")
    page.get_by_label("Mis on planeeringu nimi?").first.fill(title)
    page.get_by_label("Mida kavandatakse?").first.fill("Krundile tuleb perearstikeskus.")
    page.get_by_label("Kus see on?").fill("Pargi tee 5, Näidise alevik")
    page.get_by_label("Siia tuleb avalik hoone").check()
    page.get_by_label("Kes planeeringut taotles?").fill("Näidisvalla Vallavalitsus")
    page.get_by_role("button", name="Salvesta ja jätka ajakavaga").click()
    return page.url.removesuffix("/plan")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_step_of_a_draft_is_accessible(town: Server, page_for: PageFor, axe: Axe, size: str) -> None:
    page = page_for(size)
    at = draft(page, town, f"Mustand {size}")
    for address in (f"{town.url}/et/launch", *(f"{at}/{step}" for step in STEPS)):
        page.goto(address)
        assert faults_shown(page, axe, address) == []
    page.goto(f"{town.url}/et/launch")
    page.get_by_role("button", name="Salvesta ja jätka ajakavaga").click()
    assert page.locator(".govuk-error-summary").evaluate("it => it === document.activeElement")
    assert faults_shown(page, axe, "refused") == []


def test_markup_of_every_step_is_clean(town: Server, page_for: PageFor, nu_check: NuCheck) -> None:
    page = page_for(java_script_enabled=False)
    at = draft(page, town, "Puhas mustand")
    pages = {}
    for step in STEPS:
        page.goto(f"{at}/{step}")
        pages[step] = page.content()
    assert nu_check(pages) == ""


@pytest.mark.parametrize("javascript", [True, False])
def test_a_procedure_is_begun_step_by_step(
    town: Server, page_for: PageFor, tmp_path: Path, javascript: bool
) -> None:
    page = page_for(java_script_enabled=javascript)
    at = draft(page, town, f"Algatatav {javascript}")
    page.get_by_label("Avaliku väljapaneku kestus päevades").fill("21")
    page.get_by_role("button", name="Arvuta uuesti").click()
    assert page.get_by_label("Avaliku väljapaneku kestus päevades").input_value() == "21"
    page.get_by_role("link", name="Edasi: keda kutsuda").click()
    page.get_by_role("button", name="Salvesta ja jätka dokumentidega").click()
    paper = tmp_path / "seletus.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF\n")
    page.get_by_label("Mis on selle nimi?").fill("Seletuskiri")
    page.get_by_label("Fail").set_input_files(paper)
    page.get_by_role("button", name="Lisa dokument").click()
    assert page.get_by_role("link", name="Seletuskiri").count() == 1
    page.get_by_role("link", name="Edasi: loe kirju").click()
    assert page.locator("iframe").count() >= 1
    page.get_by_role("link", name="Edasi: algatamine").click()
    page.get_by_role("button", name="Algata menetlus").click()
    assert page.url == f"{town.url}/et/desk"
    assert page.locator(".kaasa-notice", has_text="on algatatud").count() == 1
    assert page.goto(f"{at}/begin").status == 409  # type: ignore[union-attr]
