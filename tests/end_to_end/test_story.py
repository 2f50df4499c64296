"""The whole story in a real browser without JavaScript: from the application to the archive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.pages import PageFor, Server, start
from tests.end_to_end.walker import Walker, link_in

OBJECTION = "Kaldtee on liiga järsk ja ratastooliga sealt üles ei saa."
WISH = "Palun jätke mänguväljaku kõrvale kaks pinki."


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("story") / "demo")
    yield running
    running.stop()


def speak_as_association(page: Page, link: str, words: str) -> None:
    page.goto(link)
    page.locator("textarea[name=text]").fill(words)
    page.locator("main form[data-keep] button.govuk-button, main form button.govuk-button").first.click()
    page.wait_for_load_state()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator(
        ".govuk-error-summary"
    ).inner_text()


def asks(page: Page, link: str) -> bool:
    """Whether a link opens the place of somebody who may speak now."""
    page.goto(link)
    return page.locator("textarea[name=text]").count() == 1


def speak_as_resident(page: Page, town: Server, number: str, words: str) -> None:
    page.goto(f"{town.url}/et/case/{number}/opinion")
    page.locator("input[name=author][value=anonymous]").check()
    page.locator("textarea[name=text]").fill(words)
    page.locator("main form button.govuk-button").first.click()
    page.wait_for_load_state()
    assert "/receipt/" in page.url, page.locator("main").inner_text()


def opinion_is_asked(page: Page, town: Server, number: str) -> bool:
    page.goto(f"{town.url}/et/case/{number}/opinion")
    return page.locator("textarea[name=text]").count() == 1


def newest_case(town: Server, page: Page) -> Walker:
    """The demonstration's case whose application was only just received."""
    page.goto(f"{town.url}/et/")
    walker = Walker(page, town, "")
    import sqlalchemy as sa

    query = sa.text(
        "select c.number from consultation c join engine_wait w on w.instance_id = c.instance_id "
        "where w.element = 'check_application'"
    )
    with walker.engine.connect() as connection:
        walker.number = connection.execute(query).scalars().one()
    return walker


def test_a_plan_is_carried_from_the_application_to_the_archive_without_javascript(
    town: Server, page_for: PageFor
) -> None:
    walker = newest_case(town, page_for(java_script_enabled=False))
    outside = page_for(java_script_enabled=False)
    walker.walk(until="accept_plan")
    title = walker.page.goto(f"{town.url}/et/case/{walker.number}") and walker.page.locator("h1").inner_text()
    assert title
    walker.do(*walker.tasks()[0])
    while [element for _, element, _ in walker.tasks() if element.startswith("display_")]:
        walker.do(*walker.tasks()[0])
    walker.let_time_pass(lambda: opinion_is_asked(outside, town, walker.number))
    speak_as_resident(outside, town, walker.number, WISH)
    links = (link_in(it, "i") for it in walker.letters(title) if "/i/" in it)
    speak_as_association(outside, next(it for it in links if asks(outside, it)), OBJECTION)
    walker.walk(until="answer_opinions")
    walker.publish(OBJECTION)
    walker.walk(until="treat_objections")
    walker.be("committee")
    walker.page.goto(f"{town.url}/et/task/{walker.tasks()[0][0]}")
    assert WISH in walker.page.locator("main").inner_text()
    walker.walk()
    assert walker.end() == "closed"
    assert {
        "answer_opinions",
        "plan_meeting",
        "record_minutes",
        "treat_objections",
        "decide_adoption",
    } <= set(walker.done)
    outside.goto(f"{town.url}/et/case/{walker.number}")
    told = outside.locator("main").inner_text()
    assert OBJECTION in told
    assert "Põhjendus number" in told
    walker.engine.dispose()
