"""Assessing in a real browser: without script from alike letters to one answer, and every page of it accessible."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults, sign_in
from tests.processes.alike_letters import FORM_LETTERS

OWN = re.compile(r"/alike/|together|opinions/\S+/p|/map|/round|/m/\w+$|/advice/|/opinion$")
FORM = " ".join(FORM_LETTERS[2])
MAP = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"nimi": "Ristmik"}, "geometry": {"type": "Polygon",
  "coordinates": [[[26.71, 58.37], [26.72, 58.37], [26.72, 58.376], [26.71, 58.374]]]}},
 {"type": "Feature", "properties": {"nimi": "Kõnnitee"}, "geometry": {"type": "LineString",
  "coordinates": [[26.708, 58.369], [26.721, 58.3755]]}},
 {"type": "Feature", "properties": {"nimi": "Peatus"}, "geometry": {"type": "Point", "coordinates": [26.715, 58.372]}}]}"""


def number_of(server: Server, element: str) -> str:
    """The number of a case that waits at a step."""
    with sqlite3.connect(server.folder / "kaasa.db") as connection:
        query = (
            "select c.number from consultation c join engine_wait w on w.instance_id = c.instance_id "
            "where w.element like ? order by c.number"
        )
        return str(connection.execute(query, [f"%{element}"]).fetchone()[0])


def record(page: Page, case: str, name: str, text: str) -> str:
    """Enter an opinion that came on paper. Out: its address."""
    page.goto(f"{case}/opinions/record")
    page.locator("input[name=channel][value=paper]").check()
    page.locator("#received_on").fill(page.locator("#received_on").get_attribute("max") or "2026-11-01")
    page.locator("#name").fill(name)
    page.locator("#email").fill(f"{name.split(maxsplit=1)[0].lower()}@post.example")
    page.locator("#text").fill(text)
    if page.locator("#late_reason").count():
        page.locator("#late_reason").fill("Kiri oli postis kauem teel.")
    page.locator("main form button.govuk-button").last.click()
    return page.url


def walk(page: Page, server: Server) -> list[str]:
    """The whole way as a planner and an association. Out: the addresses of its pages."""
    page.set_default_timeout(90_000)  # a busy machine
    sign_in(page, server, "planner")
    case = f"{server.url}/et/cases/{number_of(server, 'display_round/round_closes')}"
    told = [record(page, case, name, text) for name, text in (
        ("Maie Mänd", f"Tere!\n{FORM}\nMaie"),
        ("Toivo Teder", f"Lugupeetud vallavalitsus!\n{FORM}\nToivo"),
        ("Viive Vaher", f"{FORM} Minu lapsed käivad sealt iga päev."),
    )]  # fmt: skip
    seen = [told[0]]

    page.goto(f"{case}/alike")
    page.get_by_role("button", name=re.compile("Otsi")).click()
    for _look in range(60):
        page.goto(f"{case}/alike?watch=1")
        if page.locator("progress, .kaasa-progress").count() == 0:
            break
        page.wait_for_timeout(500)
    page.goto(f"{case}/alike")
    seen.append(page.url)
    page.locator("ol.kaasa-list h2 a").first.click()
    page.get_by_role("button", name="Võta rühm").click()
    seen.append(page.url)
    page.get_by_role("link", name=re.compile("Vasta koos")).click()
    seen.append(page.url)
    page.locator("input[name=outcome][value=partly]").check()
    page.locator("#reasons").fill("Parkimiskohti jääb kakskümmend; ülejäänu on haljasala.")
    page.get_by_role("button", name="Loe kirjad läbi").click()
    assert page.locator("details").count() == 3
    assert "kakskümmend" in page.locator("main").inner_text() or page.locator(".kaasa-pre").count() == 3
    page.get_by_role("button", name=re.compile("Salvesta vastus")).click()
    assert "3" in page.locator(".kaasa-notice--success").inner_text()
    seen += [page.url, f"{case}/answers?show=answered"]

    page.goto(f"{told[0].partition('?')[0]}/points")
    form = page.locator("section", has=page.locator("#new-point"))
    form.locator("textarea[name=text]").fill("Parkimiskohti on liiga palju.")
    form.locator("input[name=theme]").fill("parkimine")
    form.locator("select[name=stance]").select_option("against")
    form.get_by_role("button", name="Lisa punkt").click()
    asking = page.locator("details", has=page.locator("input[name=office]"))
    asking.locator("summary").click()
    asking.locator("input[name=office]").fill("Transpordiamet")
    asking.get_by_role("button", name="Küsi").click()
    seen += [page.url, f"{case}/points"]
    office = re.search(r"http\S+/advice/[0-9a-f]{64}", page.locator("main").inner_text())
    assert office is not None

    page.goto(f"{case}/map")
    page.locator("#shapes").fill(MAP)
    page.get_by_role("button", name="Salvesta kaart").click()
    seen.append(page.url)
    page.goto(f"{told[1].partition('?')[0]}/places")
    page.locator("#thing").select_option("2")
    page.get_by_role("button", name="Pane koht kirja").click()
    seen.append(page.url)

    page.goto(f"{server.url}/et/passages")
    page.locator("#name").fill("Parkimine")
    page.locator("#text").fill("Kohtade arv tuleneb standardist.")
    page.get_by_role("button", name="Salvesta tekstilõik").click()
    seen.append(page.url)
    page.locator("ol.kaasa-list h2 a").first.click()
    seen += [page.url, f"{server.url}/et/themes"]

    invited = server.links["association"]
    page.goto(f"{invited}/round")
    page.locator("#question").fill("Kuidas teie seal käite?")
    page.get_by_role("button", name="Ava sisering").click()
    members = page.locator("code.kaasa-link").inner_text()
    page.goto(members)
    page.locator("#member").fill("Mari Maasikas")
    page.locator("#text").fill("Äärekivi olgu madal.")
    page.get_by_role("button", name="Saada mustand").click()
    drafted = page.url
    page.goto(f"{invited}/round")
    page.locator("select[name=use]").select_option("majority")
    page.locator("section button, form button").first.is_visible()
    page.locator("form", has=page.locator("select[name=use]")).get_by_role("button").click()
    assert "Äärekivi olgu madal." in page.locator("textarea[name=text]").input_value()
    seen += [page.url, members, drafted, office[0]]
    seen.append(f"{server.url}/et/case/{number_of(server, 'display_round/round_closes')}/opinion")
    return [it.partition("?done")[0] for it in dict.fromkeys(seen)]


@pytest.fixture(scope="module")
def walked(server: Server, browser: Browser) -> list[str]:
    """The way taken without script."""
    context = browser.new_context(java_script_enabled=False, locale="et-EE")
    try:
        return walk(context.new_page(), server)
    finally:
        context.close()


def test_the_pages_of_assessing_are_accessible_and_valid_at_both_sizes(
    walked: list[str], server: Server, page_for: PageFor, axe: Axe, nu_check: NuCheck
) -> None:
    page = page_for()
    sign_in(page, server, "planner")
    wrong: list[str] = []
    sources = {}
    # Lists that are linked from a case are looked over with every other page (test_every_page).
    for place, address in enumerate(it for it in walked if OWN.search(it)):
        page.goto(address)
        wrong += faults(page, axe, address.removeprefix(server.url))
        sources[str(place)] = page.request.get(address).text()
    assert wrong == []
    assert nu_check(sources) == ""


def test_a_place_is_pointed_at_with_the_keyboard_and_by_pressing_the_map(
    walked: list[str], server: Server, page_for: PageFor
) -> None:
    page = page_for()
    page.goto(next(it for it in walked if it.endswith("/opinion")))
    page.locator("details", has=page.locator("#coordinates")).locator("summary").click()
    field, drawn = page.locator("#coordinates"), page.locator("svg[data-map]")
    drawn.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    north, east = map(float, field.input_value().split(", "))
    assert 58.36 < north < 58.38
    assert 26.70 < east < 26.73
    drawn.click(position={"x": 40, "y": 40})
    assert len(field.input_value().splitlines()) == 2
