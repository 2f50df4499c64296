"""The committee's way in a real browser: reading, printing, taking positions; by keyboard and without script."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults_shown, sign_in, start


def summary_address(server: Server) -> str:
    """The address of the page that waits for its session, from the letter its members got."""
    with sqlite3.connect(server.folder / "kaasa.db") as connection:
        query = "select id from summary where frozen_at is not null and closed_at is null order by id desc"
        return f"/summary/{connection.execute(query).fetchone()[0]}"


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_the_committees_page_is_accessible(server: Server, page_for: PageFor, axe: Axe, size: str) -> None:
    page = page_for(size)
    path = summary_address(server)
    sign_in(page, server, "committee")
    for language in ("et", "en", "ru"):
        page.goto(f"{server.url}/{language}{path}")
        assert faults_shown(page, axe, page.url) == []
    for address in (f"/et{path}/treatment", "/et/desk"):
        page.goto(server.url + address)
        assert faults_shown(page, axe, page.url) == []


def test_a_reference_leads_to_its_source_and_back_by_keyboard(server: Server, page_for: PageFor) -> None:
    page = page_for()
    sign_in(page, server, "committee", f"/et{summary_address(server)}")
    link = page.locator("main .kaasa-refs a").first
    goal = str(link.get_attribute("href"))
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith(goal)
    assert page.locator(goal).bounding_box()
    back = page.locator(f"{goal} .kaasa-refs a").first
    back.focus()
    page.keyboard.press("Enter")
    assert re.search(r"#line-\d+$", page.url)


def test_on_paper_the_authors_words_are_open_and_buttons_are_gone(server: Server, page_for: PageFor) -> None:
    page = page_for()
    sign_in(page, server, "committee", f"/et{summary_address(server)}")
    page.emulate_media(media="print")
    assert not page.locator(".kaasa-nav").is_visible()
    words = page.locator(".kaasa-sources details blockquote").first
    assert (words.bounding_box() or {}).get("height", 0) > 0


@pytest.mark.parametrize("script", [True, False])
def test_positions_are_taken_with_and_without_script(
    page_for: PageFor, axe: Axe, nu_check: NuCheck, tmp_path: Path, demo_folder: Path, script: bool
) -> None:
    server = start(tmp_path / "demo", like=demo_folder)
    try:
        page = page_for(java_script_enabled=script)
        path = summary_address(server)
        sign_in(page, server, "committee")
        for _ in range(6):
            page.goto(f"{server.url}/et{path}/treatment")
            if page.locator("textarea").count():
                break
            page.get_by_role("button", name="Mine päev edasi").click()
            page.wait_for_load_state()
        page.get_by_role("button", name="Salvesta ja lõpeta").click()
        page.wait_for_load_state()
        assert page.locator(".govuk-error-summary li").count() == 2
        if script:
            assert axe(page) == []
        markup = {"refused": page.content()}
        for choice in page.locator("input[value=rejected]").all():
            choice.focus()
            page.keyboard.press("Space")
        for words in page.locator("textarea").all():
            words.focus()
            page.keyboard.type("Komisjon kaalus.")
        page.get_by_role("button", name="Salvesta ja lõpeta").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}")
        assert page.get_by_text("Komisjon kaalus.").count() == 2
        markup["treated"] = page.content()
        assert nu_check(markup) == ""
    finally:
        server.stop()
