"""The front door in a real browser: accessible wide and narrow, light and dark, with and without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults_shown, sign_in, start
from web.demonstrate import WORDS

PATHS = ["/et/sign-in", "/ru/accessibility", "/et/postbox", "/en/nothing-here"]


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_pages_of_the_front_door_are_accessible(
    server: Server, page_for: PageFor, axe: Axe, size: str
) -> None:
    page = page_for(size)
    for path in PATHS:
        page.goto(server.url + path)
        assert faults_shown(page, axe, path) == []


def test_markup_of_the_front_door_is_clean(server: Server, page_for: PageFor, nu_check: NuCheck) -> None:
    page = page_for(java_script_enabled=False)
    pages = {}
    for number, path in enumerate(PATHS):
        page.goto(server.url + path)
        pages[str(number)] = page.content()
    assert nu_check(pages) == ""


def test_a_refusal_takes_the_reader_to_the_sentence_and_keeps_what_was_typed(
    server: Server, page_for: PageFor, axe: Axe
) -> None:
    page = page_for()
    page.goto(f"{server.url}/et/sign-in")
    page.locator("#email").fill("aino")
    page.get_by_role("button", name="Saada mulle link").click()
    assert page.locator(".govuk-error-summary").evaluate("it => it === document.activeElement")
    assert page.locator("#email").input_value() == "aino"
    assert axe(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_a_printed_link_signs_in_with_one_press(server: Server, page_for: PageFor, javascript: bool) -> None:
    role = "government" if javascript else "administrator"
    page = page_for(java_script_enabled=javascript)
    page.goto(server.links[role])
    page.get_by_role("main").get_by_role("button", name="Logi sisse").click()
    page.wait_for_url("**/et/**")
    assert page.get_by_role("button", name="Logi välja").is_visible()  # whatever page it led to


def test_the_keyboard_reaches_the_content_in_one_step(server: Server, page_for: PageFor) -> None:
    page = page_for()
    page.goto(f"{server.url}/et/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_bar_moves_time_and_says_so(server: Server, page_for: PageFor) -> None:
    page = page_for()
    sign_in(page, server, "planner", "/et/accessibility")
    before = page.locator(".kaasa-demo__text").inner_text()
    page.get_by_role("button", name="Mine päev edasi").click()
    page.wait_for_load_state()
    assert page.locator(".kaasa-demo__text").inner_text() != before
    assert page.get_by_role("status").inner_text().startswith("Nüüd on")


def test_the_demonstration_seeds_itself_and_says_a_link_for_each_role(tmp_path: Path) -> None:
    begun = start(tmp_path / "demo")  # every other one of the tests is a copy
    begun.stop()
    assert begun.links.keys() == {*WORDS, "association"}
