"""One cycle of the round table in a real browser without JavaScript: the chair agrees, people meet, tasks are carried on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from tests.browser.pages import Axe, PageFor, Server, overflow, start
from tests.end_to_end.walker import Walker

TASK, WISH = "Panna saali teine silmusvõimendi", "Koduhoolduse koordinaator"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("table") / "demo", like=demo_folder)
    yield running
    running.stop()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator("main").inner_text()[:600]


def posted(walker: Walker, words: str) -> str:
    """A letter that holds some words; the post takes a moment. Errors: AssertionError when none comes."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        with suppress(AssertionError):
            return walker.letter(words)
        time.sleep(0.2)
    return walker.letter(words)


def open_task(walker: Walker, element: str) -> str:
    return next(wait for wait, name, _role in walker.tasks() if name == element)


def test_a_cycle_in_the_browser(town: Server, page_for: PageFor, axe: Axe) -> None:
    page = page_for(java_script_enabled=False)
    walker = Walker(page, town, "")
    with walker.engine.connect() as connection:
        walker.number = connection.execute(
            sa.text("select number from consultation where kind = 'round_table' order by turn desc")
        ).scalars().first()  # fmt: skip
    case = f"{town.url}/et/case/{walker.number}"
    desk = f"{town.url}/et/cases/{walker.number}"

    # The association's chair agrees from the link in the letter, with no account.
    letter = walker.letter("Olete ümarlaua kaasesimees")
    link = next(word.rstrip(".") for word in letter.split() if word.endswith(("/agenda", "/agenda.")))
    page.goto(link)
    press(page, "Oleme päevakorraga nõus")
    page.goto(f"{case}/followup")
    assert "Volikogu ülekande subtiitrid" in page.locator("main").inner_text(), "the agenda is public now"

    # A need that has no answer holds the step; then the session comes and is minuted.
    walker.be("planner")
    arrange = f"{town.url}/et/task/{open_task(walker, 'arrange_session')}"
    page.goto(arrange)
    page.locator("main form button.govuk-button").first.click()
    assert page.locator(".govuk-error-summary").count() == 1
    page.goto(f"{desk}/participants")
    wanted = page.locator("#needs-part li", has_text="kirjutustõlge").first
    wanted.locator("summary").click()
    wanted.locator("textarea").fill("Kirjutustõlk on tellitud.")
    wanted.locator("button[value=booked]").click()
    page.wait_for_load_state()
    page.goto(arrange)
    press(page, page.locator("main form button.govuk-button").first.inner_text().strip())
    walker.let_time_pass(lambda: "record_minutes" in {name for _wait, name, _role in walker.tasks()})
    page.goto(f"{town.url}/et/task/{open_task(walker, 'record_minutes')}")
    page.locator("textarea[name=minutes]").fill("Osalesid vald ja neli ühendust. Arutati subtiitreid.")
    page.locator("main form button.govuk-button").first.click()
    page.wait_for_load_state()

    # What was agreed becomes a task beside the one that is still open from the first cycle.
    page.goto(f"{town.url}/et/task/{open_task(walker, 'record_tasks')}")
    assert page.url.startswith(f"{desk}/agreed")
    page.locator("textarea[name=what]").fill(TASK)
    page.locator("input[name=owner]").fill("majandusosakond")
    press(page, "Anna ülesanne")
    press(page, "Saada mustand kõigile")
    assert "rotokolli mustand" in posted(walker, "Osalesid vald ja neli ühendust")
    page.goto(f"{case}/followup")
    told = page.locator("main").inner_text()
    assert TASK in told
    assert "Avaldada tugiisikuteenuse järjekord ja kohtade arv" in told
    assert "Istungeid sellest ajast" in told

    # An association begins a dialogue by itself, and is answered.
    page.goto(link.replace("/agenda", "/suggest"))
    page.locator("input[name=title]").fill(WISH)
    page.locator("textarea[name=problem]").fill("Keegi ei tea, kellele helistada.")
    press(page, "Saada ettepanek")
    assert "Teie ettepanek on käes" in page.locator("main").inner_text()
    page.goto(f"{town.url}/et/suggestions")
    mine = page.locator("li", has_text=WISH).last
    mine.locator("input[value=take]").check()
    mine.locator("select").select_option(walker.number)
    mine.locator("textarea").fill("Räägime sellest järgmisel korral.")
    mine.get_by_role("button", name="Saada vastus").click()
    page.wait_for_load_state()
    page.goto(link.replace("/agenda", "/suggest"))
    assert "Räägime sellest järgmisel korral." in page.locator("main").inner_text()
    assert WISH in posted(walker, "Räägime sellest järgmisel korral.")

    looked = page_for("narrow")
    for address in (f"{case}/followup", link, link.replace("/agenda", "/suggest")):
        looked.goto(address)
        assert axe(looked) == []
        assert overflow(looked) == ""
