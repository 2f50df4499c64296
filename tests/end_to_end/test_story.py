"""The whole story in a real browser without JavaScript: from the application to the archive.

On its way every word is answered: an opinion points at a place and is split, an umbrella gathers its members' drafts,
alike letters share an answer, an office advises, a second person approves, the committee reads a frozen page, the
decision goes back to the authors and the proof is taken for the register.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.pages import Axe, NuCheck, PageFor, Server, sign_in, start
from tests.end_to_end.assessor import FORM, Assessor
from tests.end_to_end.walker import Walker, link_in

OBJECTION = "Kaldtee on liiga järsk ja ratastooliga sealt üles ei saa."
WISH = "Palun jätke mänguväljaku kõrvale kaks pinki."
PLACED = "Minu maja ees olev kaldtee on kitsas ja lapsevanker ei mahu mööda."
POINT = "Kaldtee on kitsas."
POSITION = "Kaldtee tehakse 1,5 meetrit lai."
DRAFTS = {"Esimene liige": "Kaldtee kalle olgu väiksem.", "Teine liige": "Kaldteed ei ole üldse vaja."}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("story") / "demo", like=demo_folder)
    yield running
    running.stop()


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


@pytest.fixture
def assessor(town: Server, page_for: PageFor, axe: Axe) -> Iterator[Assessor]:
    walker = newest_case(town, page_for(java_script_enabled=False))
    looker = page_for()
    sign_in(looker, town, "planner")
    yield Assessor(walker, page_for(java_script_enabled=False), looker, axe)
    walker.engine.dispose()


def test_a_plan_is_carried_from_the_application_to_the_archive_without_javascript(
    assessor: Assessor, town: Server, nu_check: NuCheck
) -> None:
    walker, outside = assessor.walker, assessor.outside
    walker.walk(until="accept_plan")
    title = walker.page.goto(f"{town.url}/et/case/{walker.number}") and walker.page.locator("h1").inner_text()
    assert title
    walker.do(*walker.tasks()[0])
    while [element for _, element, _ in walker.tasks() if element.startswith("display_")]:
        walker.do(*walker.tasks()[0])
    assessor.prepare()
    walker.let_time_pass(lambda: opinion_is_asked(outside, town, walker.number))
    speak(assessor, title)

    walker.walk(until="answer_opinions")
    assess(assessor)
    walker.publish(OBJECTION)
    walker.publish(PLACED)

    walker.walk(until="treat_objections")
    wait_id, _element, role = walker.tasks()[0]
    for who, address in (("committee", f"summary/{assessor.frozen()}"), (role, f"task/{wait_id}")):
        walker.be(who)
        walker.page.goto(f"{town.url}/et/{address}")
        said = walker.page.locator("main").inner_text()
        assert WISH in said
        assert OBJECTION in said
    walker.walk()
    assert walker.end() == "closed"
    assert {
        "answer_opinions",
        "plan_meeting",
        "record_minutes",
        "treat_objections",
        "decide_adoption",
    } <= set(walker.done)
    the_way_back(assessor)
    assert assessor.wrong == []
    assert nu_check(assessor.sources) == ""


def speak(assessor: Assessor, title: str) -> None:
    """A resident with a place, one without a name, three with the same letter, and an umbrella with its members."""
    walker, outside = assessor.walker, assessor.outside
    assessor.speak_with_a_place("Mari Maasikas", "mari@post.example", PLACED)
    speak_as_resident(outside, walker.server, walker.number, WISH)
    for name in ("Maie Mänd", "Toivo Teder"):
        assessor.record(name, f"Tere!\n{FORM}\n{name.split()[0]}")
    assessor.record("Viive Vaher", f"{FORM} Minu lapsed käivad sealt iga päev.")
    links = (link_in(it, "i") for it in walker.letters(title) if "/i/" in it)
    assessor.speak_as_umbrella(next(it for it in links if asks(outside, it)), OBJECTION, DRAFTS)
    walker.page.goto(f"{assessor.case}/map")
    assert "Peatus" in walker.page.locator("main").inner_text()
    assessor.look(walker.page.url, "map")


def assess(assessor: Assessor) -> None:
    """Every word is answered: by points with advice, by the group, by a passage, each approved by a second person."""
    walker = assessor.walker
    walker.be("planner")
    assessor.split(PLACED, POINT)
    assessor.take_advice(PLACED, POINT, "Transpordiamet", "Vähemalt 1,5 meetrit.")
    assessor.decide(PLACED, POINT, POSITION)
    assessor.answer_alike(3, "Parkimiskohti jääb kakskümmend; ülejäänu on haljasala.")
    assessor.answer_from_points(PLACED, POSITION)
    assessor.answer_from_passage(OBJECTION)
    assessor.answer_from_passage(WISH)
    walker.page.goto(f"{assessor.case}/opinions/{assessor.of(OBJECTION)}")
    assert DRAFTS["Teine liige"] in walker.page.locator("main").inner_text()
    assessor.approve_and_send()


def the_way_back(assessor: Assessor) -> None:
    """The public page says what became of it, the author hears how to contest, the register gets its proof."""
    walker, outside = assessor.walker, assessor.outside
    outside.goto(f"{walker.server.url}/et/case/{walker.number}")
    told = outside.locator("main").inner_text()
    for words in (OBJECTION, PLACED, POSITION, "Kaldtee kalle tuleneb standardist."):
        assert words in told
    assert "Mari Maasikas" not in told
    letter = next(it for it in walker.letters("Mis sai teie arvamusest") if PLACED in it)
    for words in (
        "osaliselt arvestatud",
        "omisjon",
        "Proovitekst: treat_objections",
        "Kui te otsusega ei nõustu",
    ):
        assert words in letter
    walker.be("planner")
    assessor.look(f"{assessor.case}/proof", "proof")
    walker.page.goto(f"{assessor.case}/proof")
    with walker.page.expect_download() as waiting:
        walker.page.locator("a[href$='/proof.zip']").first.click()
    pack = Path(waiting.value.path()).read_bytes()
    assert walker.page.request.get(f"{assessor.case}/proof.zip").body() == pack
    names = zipfile.ZipFile(io.BytesIO(pack)).namelist()
    assert {"index.pdf", "index.xml", "summaries/01.pdf", "summaries/01.json", "history.jsonl"} <= set(names)
