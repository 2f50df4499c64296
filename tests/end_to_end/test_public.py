"""A resident and an invited association in a real browser: accessible everywhere, without JavaScript, by keyboard."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from notifications.sources import Postbox
from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults_shown, start

WORDS = "Palun jätke Kooli tänava pingid alles ja tõstke bussipeatuse serv kõrgemaks."


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Server]:
    """A demonstration of this file's own: opinions are given in it and links closed."""
    running = start(tmp_path_factory.mktemp("town") / "demo", like=demo_folder)
    yield running
    running.stop()


def open_case(page: Page, town: Server, language: str = "et") -> str:
    """The address of the case that takes opinions now."""
    page.goto(f"{town.url}/{language}/")
    href = page.locator(".kaasa-card--now h3 a").first.get_attribute("href")
    assert href is not None
    return town.url + href


def ended_case(page: Page, town: Server) -> str:
    page.goto(f"{town.url}/et/")
    href = page.locator("#decided + ul a").first.get_attribute("href")
    assert href is not None
    return town.url + href


def confirmation(town: Server, address: str) -> str:
    """The link in the newest letter to an address; the post takes a moment."""
    box, ends = Postbox(town.folder / "postbox"), time.monotonic() + 30
    while time.monotonic() < ends:
        for posted in box.letters():
            if address in posted.recipient:
                found = re.search(r"http\S+/confirm/[0-9a-f]{64}", box.open(posted.key).text)
                if found:
                    return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no letter came to {address}")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_public_page_is_accessible(town: Server, page_for: PageFor, axe: Axe, size: str) -> None:
    page = page_for(size)
    case, ended = open_case(page, town), ended_case(page, town)
    russian = case.replace("/et/", "/ru/")
    invitation = town.links["association"]
    for address in (
        f"{town.url}/et/", f"{town.url}/ru/?q=puudub", case, russian, ended, f"{case}/easy", f"{case}/opinion",
        invitation, invitation.replace("/et/", "/ru/"), f"{town.url}/et/i/unknown",
    ):  # fmt: skip
        page.goto(address)
        if "/case/" in address and not address.endswith(("easy", "opinion")):
            page.locator("[data-diagram][data-ready]").wait_for()
        page.evaluate("document.querySelectorAll('main details').forEach(it => { it.open = true; })")
        assert faults_shown(page, axe, address) == []


def test_the_markup_of_public_pages_is_clean(town: Server, page_for: PageFor, nu_check: NuCheck) -> None:
    page = page_for(java_script_enabled=False)
    case, ended = open_case(page, town), ended_case(page, town)
    addresses = (f"{town.url}/et/", case, ended, f"{case}/easy", f"{case}/opinion", town.links["association"])
    pages = {}
    for number, address in enumerate(addresses):
        page.goto(address)
        pages[str(number)] = page.content()
    assert nu_check(pages) == ""


def test_the_drawing_marks_the_place_that_the_list_names(town: Server, page_for: PageFor) -> None:
    page = page_for()
    page.goto(open_case(page, town))
    page.locator("[data-diagram][data-ready]").wait_for()
    marked = page.locator(".kaasa-diagram .kaasa-here").first
    assert marked.get_attribute("data-element-id") == "display_round"
    listed = page.locator(".kaasa-course__steps .kaasa-steps__item--current .kaasa-steps__name")
    assert listed.all_inner_texts() == ["Avalik väljapanek"]
    assert page.locator(".kaasa-diagram .bjs-powered-by").is_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_resident_speaks_confirms_changes_and_withdraws(
    town: Server, page_for: PageFor, axe: Axe, javascript: bool, tmp_path: Path
) -> None:
    address = f"mari-{javascript}@post.example".lower()
    page = page_for("narrow", java_script_enabled=javascript)
    page.goto(open_case(page, town))
    page.get_by_role("link", name="Avalda arvamust", exact=True).click()
    page.get_by_label("Teie arvamus").fill(WORDS)
    page.get_by_role("button", name="Saada arvamus").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Kirjutage oma või ühenduse nimi")
    assert page.get_by_label("Teie arvamus").input_value() == WORDS
    if javascript:
        assert axe(page) == []
        assert page.locator(".govuk-error-summary").evaluate("it => it === document.activeElement")
    file = tmp_path / "pingid.pdf"
    file.write_bytes(b"%PDF-1.7 pingid")
    page.get_by_label("Lisage failid").set_input_files(file)
    page.get_by_label("Nimi", exact=True).fill("Mari Maasikas")
    page.get_by_label("E-posti aadress").fill(address)
    page.get_by_label("Minu arvamuse teksti võib avaldada").check()
    page.get_by_role("button", name="Saada arvamus").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Veel üks samm: kinnitage oma arvamus")
    number = page.locator(".kaasa-receipt__number strong").inner_text()
    if javascript:
        assert axe(page) == []
    page.reload()  # looking again sends nothing again
    assert page.locator(".kaasa-receipt__number strong").inner_text() == number

    page.goto(confirmation(town, address))
    assert WORDS in page.content()
    if javascript:
        assert axe(page) == []
    page.get_by_role("button", name="Kinnitan arvamuse").click()
    expect(page.get_by_role("status")).to_contain_text("Täname, arvamus on kinnitatud.")
    page.get_by_label("Teie arvamus").fill(f"{WORDS} Ja istutage puid.")
    page.get_by_role("button", name="Salvesta muudatus").click()
    expect(page.get_by_role("status")).to_contain_text("Arvamus on muudetud.")
    assert "pingid.pdf" in page.content()
    page.locator("summary", has_text="Võta arvamus tagasi").click()
    page.get_by_role("button", name="Võta arvamus tagasi").click()
    expect(page.get_by_role("status")).to_contain_text("Arvamus on tagasi võetud.")


def test_by_keyboard_alone_a_nameless_opinion_is_given(town: Server, page_for: PageFor) -> None:
    page = page_for()
    page.goto(f"{open_case(page, town)}/opinion")

    def reach(wanted: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"{wanted} cannot be reached by the keyboard")

    reach("textarea[name=text]")
    page.keyboard.type("Kiirus alla kolmekümne.")
    reach("input[name=author]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=author]:checked").input_value() == "anonymous"
    reach("main form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Teie arvamus on käes")


def test_search_answers_while_one_types_and_says_how_many(town: Server, page_for: PageFor) -> None:
    page = page_for()
    page.goto(f"{town.url}/et/")
    page.get_by_label("Otsi koha või teema järgi").press_sequentially("promenaad")
    expect(page.locator("#results [role=status]")).to_contain_text("leiti 1 menetlus")
    assert "q=promenaad" in page.url
    assert page.evaluate("document.activeElement.id") == "q"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_invited_association_answers_through_its_link(
    town: Server, page_for: PageFor, axe: Axe, javascript: bool
) -> None:
    page = page_for("narrow", java_script_enabled=javascript)
    page.goto(town.links["association"])
    expect(page.locator(".kaasa-acting")).to_contain_text("Tegutsete ühenduse nimel")
    page.get_by_role("button", name="Saada", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    opinion = page.locator("textarea[name=text]")
    opinion.fill(WORDS if javascript else f"{WORDS} Ilma skriptita.")
    page.get_by_role("button", name="Saada", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Teie arvamuse number on")
    if javascript:
        assert axe(page) == []
    page.get_by_label("E-posti aadress").fill("tiina@")
    page.get_by_role("button", name="Saada link").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("täielik e-posti aadress")
    page.locator("summary", has_text="Võta arvamus tagasi").click()
    page.get_by_role("button", name="Võta arvamus tagasi").click()
    expect(page.get_by_role("status").first).to_contain_text("Arvamus on tagasi võetud.")
