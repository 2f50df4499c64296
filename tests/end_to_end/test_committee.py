"""The committee's way in a real browser: reading, printing, taking positions; by keyboard and without script."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from notifications.sources import Postbox
from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults, faults_shown, sign_in, start
from tests.end_to_end.walker import link_in


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


def change(server: Server, statement: str) -> None:
    """Another state than the demonstration is in. In: one SQL statement."""
    with sqlite3.connect(server.folder / "kaasa.db", timeout=30) as connection:
        connection.execute(statement)


def test_every_state_of_the_committees_pages_is_accessible(
    page_for: PageFor, axe: Axe, nu_check: NuCheck, tmp_path: Path, demo_folder: Path
) -> None:
    """Before the freeze, frozen, changed after it, sources, remarks, speakers, refusals, the session and its end.

    Pages are opened and used where room is shortest, and looked at in both sizes.
    """
    server = start(tmp_path / "demo", like=demo_folder)
    wrong: list[str] = []
    markup: dict[str, str] = {}
    try:
        page, path = page_for("narrow"), summary_address(server)
        shown, summary_id = f"{server.url}/et{path}", path.rpartition("/")[2]

        def look(name: str, address: str = "") -> None:
            if address:
                page.goto(address)
            wrong.extend(faults(page, axe, name))
            markup[name] = page.content()

        def send(name: str, button: str, **fields: str) -> None:
            for field, value in fields.items():
                page.fill(f"[name={field}]", value)
            page.get_by_role("button", name=button).first.click()
            page.wait_for_load_state()
            look(name)

        sign_in(page, server, "committee")
        change(
            server,
            "update feedback set text = text || ' Lisasin.', version = version + 1 where id in "
            f"(select feedback_id from response) and consultation_id = (select consultation_id from summary where id = '{summary_id}')",
        )
        look("changed_after_the_freeze", shown)
        assert "Pärast külmutamist" in page.content()
        for name, where in (("source_opinion", "li:has(details)"), ("source_count", "li:not(:has(details))")):
            page.goto(shown)
            look(name, page.locator(f".kaasa-sources > {where} > a").first.evaluate("it => it.href"))
        look("remarks_empty", f"{shown}/remarks")
        send("remark_refused", "Salvesta märkus", text="")
        send("remark_given", "Salvesta märkus", text="Vaatasin värava üle.")

        speak = f"{speaker_link(server, summary_id)}/speak"
        look("speak", speak)
        send("speak_refused", "Saada soov", speaker="")
        send("speak_asked", "Saada soov", speaker="Mart Märk", words="Räägin väravast.")
        look("speakers", f"{shown}/remarks")
        page.locator("summary").first.click()
        send("speaker_refused", "Saada vastus")
        page.locator("input[value=granted]").first.check()
        send("speaker_granted", "Saada vastus")
        look("speak_granted", speak)

        look("member_before_the_session", f"{shown}/treatment")
        sign_in(page, server, "clerk")
        for _ in range(6):
            page.goto(f"{shown}/treatment")
            if page.locator("textarea").count():
                break
            page.get_by_role("button", name="Mine päev edasi").click()
            page.wait_for_load_state()
        look("clerk_at_the_session", f"{shown}/treatment")
        look("clerks_desk", f"{server.url}/et/desk")
        page.goto(f"{shown}/treatment")
        send("positions_refused", "Salvesta ja lõpeta")
        page.locator("input[value=supported]").first.check()
        send("positions_saved", "Salvesta, jätkan hiljem")
        page.locator("input[value=rejected]").last.check()
        page.locator("textarea").last.fill("Komisjon kaalus.")
        send("positions_finished", "Salvesta ja lõpeta")
        look("treated", f"{shown}/treatment")

        change(
            server,
            f"update summary set frozen_at = null, content = '', digest = '', closed_at = null where id = '{summary_id}'",
        )
        look("not_frozen", shown)
        look("no_easy_page", f"{shown}/easy")
        assert wrong == []
        assert nu_check(markup) == ""
    finally:
        server.stop()


def speaker_link(server: Server, summary_id: str) -> str:
    """The personal page of an organisation invited to the case of a summary, from the newest letter it got."""
    with sqlite3.connect(server.folder / "kaasa.db") as connection:
        query = (
            "select t.title from summary s join consultation_text t on t.consultation_id = s.consultation_id "
            "where s.id = ? and t.language = 'et'"
        )
        title = str(connection.execute(query, (summary_id,)).fetchone()[0])
    box = Postbox(server.folder / "postbox")
    texts = (server.here(box.open(it.key).text) for it in box.letters())
    return link_in(next(it for it in texts if title in it and "/et/i/" in it), "i")


@pytest.mark.parametrize("script", [True, False])
def test_positions_are_taken_with_and_without_script(
    page_for: PageFor, axe: Axe, nu_check: NuCheck, tmp_path: Path, demo_folder: Path, script: bool
) -> None:
    server = start(tmp_path / "demo", like=demo_folder)
    try:
        page = page_for(java_script_enabled=script)
        path = summary_address(server)
        sign_in(page, server, "clerk")
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
