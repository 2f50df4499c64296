"""What people do with opinions, on pages without script: they speak, draft, are advised, answered and approved.

Beside the walker of the case stand somebody outside the town hall, and a looker with script, signed in as a planner,
who looks at each page as it stands at that moment and keeps what is wrong with it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import sqlalchemy as sa
from playwright.sync_api import Page

from tests.browser.pages import Axe, Server, faults
from tests.end_to_end.walker import Walker, link_in
from tests.processes.alike_letters import FORM_LETTERS

FORM = " ".join(FORM_LETTERS[2])
MAP = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"nimi": "Ristmik"}, "geometry": {"type": "Polygon",
  "coordinates": [[[26.71, 58.37], [26.72, 58.37], [26.72, 58.376], [26.71, 58.374]]]}},
 {"type": "Feature", "properties": {"nimi": "Kõnnitee"}, "geometry": {"type": "LineString",
  "coordinates": [[26.708, 58.369], [26.721, 58.3755]]}},
 {"type": "Feature", "properties": {"nimi": "Peatus"}, "geometry": {"type": "Point", "coordinates": [26.715, 58.372]}}]}"""


@dataclass
class Assessor:
    """In: the walker of the case, a page of somebody without an account, a page with script for looking."""

    walker: Walker
    outside: Page
    looker: Page
    axe: Axe
    wrong: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)

    # -- where things are -----------------------------------------------------------------------------

    @property
    def town(self) -> Server:
        return self.walker.server

    @property
    def case(self) -> str:
        return f"{self.town.url}/et/cases/{self.walker.number}"

    def of(self, text: str, table: str = "feedback") -> str:
        """The id of an opinion or a point that begins with a text."""
        query = sa.text(f"select id from {table} where text like :words order by id")
        with self.walker.engine.connect() as connection:
            return str(connection.execute(query, {"words": f"{text}%"}).scalars().one())

    def frozen(self) -> str:
        """The id of the case's newest frozen page."""
        query = sa.text(
            "select s.id from summary s join consultation c on c.id = s.consultation_id "
            "where c.number = :number and s.frozen_at is not null order by s.id desc"
        )
        with self.walker.engine.connect() as connection:
            return str(connection.execute(query, {"number": self.walker.number}).scalars().first())

    def link(self, wanted: str, path: str) -> str:
        """The link below a path in the newest letter that holds some words; the post takes a moment."""
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            for text in self.walker.letters(wanted):
                if f"/{path}/" in text:
                    return link_in(text, path)
            time.sleep(0.2)
        raise AssertionError(f"no letter says {wanted!r}")

    # -- looking --------------------------------------------------------------------------------------

    def look(self, address: str, name: str) -> None:
        """Look at a page as it stands now, everything on it opened."""
        self.looker.goto(address)
        self.look_here(name)
        self.sources[name] = self.looker.request.get(address).text()

    def look_here(self, name: str) -> None:
        """Look at the page that is open in the looker's browser."""
        self.looker.evaluate("document.querySelectorAll('main details').forEach(it => { it.open = true; })")
        self.wrong += faults(self.looker, self.axe, name)

    # -- preparing ------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Two have to sign, a theme has its colleague, there is a passage to answer with, and the plan has a map."""
        walker, page = self.walker, self.walker.page
        walker.be("administrator")
        page.goto(f"{self.town.url}/et/themes")
        page.locator("input[name=two_approve]").check()
        walker.press(page.locator("form[action$='/themes/settings'] button"))
        walker.be("planner")
        page.goto(f"{self.town.url}/et/themes")
        new = page.locator("section", has=page.locator("#new"))
        new.locator("input[name=name]").fill("kaldtee")
        new.locator("select[name=assignee]").select_option(index=2)
        walker.press(new.locator("button"))
        page.goto(f"{self.town.url}/et/passages")
        page.locator("#name").fill("Kaldtee")
        page.locator("#text").fill("Kaldtee kalle tuleneb standardist.")
        walker.press(page.get_by_role("button", name="Salvesta tekstilõik"))
        page.goto(f"{self.case}/map")
        page.locator("#shapes").fill(MAP)
        walker.press(page.get_by_role("button", name="Salvesta kaart"))

    # -- speaking -------------------------------------------------------------------------------------

    def speak_with_a_place(self, name: str, address: str, words: str) -> None:
        """A resident speaks under a name, points at the plan, lets it be published and confirms by the letter."""
        page = self.outside
        page.goto(f"{self.town.url}/et/case/{self.walker.number}/opinion")
        self.look(page.url, "opinion")
        page.locator("textarea[name=text]").fill(words)
        page.locator("details", has=page.locator("#coordinates")).locator("summary").click()
        page.locator("#coordinates").fill("58.372, 26.715")
        page.get_by_label("Nimi", exact=True).fill(name)
        page.get_by_label("E-posti aadress").fill(address)
        page.get_by_label("Minu arvamuse teksti võib avaldada").check()
        page.get_by_role("button", name="Saada arvamus").click()
        page.goto(self.link(words, "confirm"))
        page.get_by_role("button", name="Kinnitan arvamuse").click()

    def record(self, name: str, text: str) -> None:
        """The planner enters an opinion that came on paper."""
        page = self.walker.page
        page.goto(f"{self.case}/opinions/record")
        page.locator("input[name=channel][value=paper]").check()
        page.locator("#name").fill(name)
        page.locator("#email").fill(f"{name.split(maxsplit=1)[0].lower()}@post.example")
        page.locator("#text").fill(text)
        self.walker.press(page.locator("main form button.govuk-button").last)
        assert "/record" not in page.url, page.locator("main").inner_text()

    def speak_as_umbrella(self, link: str, words: str, drafts: dict[str, str]) -> None:
        """An umbrella asks its associations by letter, they draft, and one opinion leaves with the second's own view."""
        page, here = self.outside, f"{link}/round"
        page.goto(here)
        page.locator("#question").fill("Kuidas teie liikmed seal liiguvad?")
        page.get_by_role("button", name="Ava sisering").click()
        page.locator("#addresses").fill("\n".join(f"liige{at}@selts.example" for at in range(len(drafts))))
        page.get_by_role("button", name="Saada neile link").click()
        members = self.link("Kuidas teie liikmed seal liiguvad?", "m")
        self.look(members, "member")
        for member, text in drafts.items():
            page.goto(members)
            page.locator("#member").fill(member)
            page.locator("#text").fill(text)
            page.get_by_role("button", name="Saada mustand").click()
        self.look(page.url, "draft")
        for at, use in enumerate(("majority", "minority")):
            page.goto(here)
            form = page.locator("form", has=page.locator("select[name=use]")).nth(at)
            form.locator("select[name=use]").select_option(use)
            form.get_by_role("button").click()
        self.look(here, "round")
        page.goto(here)
        first, second = drafts.values()
        composed = page.locator("textarea[name=text]").input_value()
        assert first in composed
        assert second not in composed
        page.locator("textarea[name=text]").fill(words)
        page.locator("form[action$='/release'] button").click()
        assert page.locator(".govuk-error-summary").count() == 0

    # -- assessing ------------------------------------------------------------------------------------

    def split(self, words: str, point: str) -> None:
        """A point is made of an opinion; it goes to whoever looks after its theme."""
        page = self.walker.page
        page.goto(f"{self.case}/opinions/{self.of(words)}/points")
        form = page.locator("section", has=page.locator("#new-point"))
        form.locator("textarea[name=text]").fill(point)
        form.locator("input[name=theme]").fill("kaldtee")
        form.locator("select[name=stance]").select_option("against")
        self.walker.press(form.get_by_role("button", name="Lisa punkt"))

    def take_advice(self, words: str, point: str, office: str, advice: str) -> None:
        """An office outside the town is asked by letter and advises by its link; it never sees whose words they are."""
        page = self.walker.page
        asking = page.locator("details", has=page.locator("input[name=office]"))
        asking.locator("summary").click()
        asking.locator("input[name=office]").fill(office)
        asking.locator("input[name=email]").fill("nouanne@amet.example")
        asking.locator("textarea[name=question]").fill("Kui lai peab kaldtee olema?")
        self.walker.press(asking.get_by_role("button", name="Küsi"))
        link = self.link("Kui lai peab kaldtee olema?", "advice")
        self.look(link, "advice")
        self.outside.goto(link)
        assert point in self.outside.locator("main").inner_text()
        assert words not in self.outside.locator("main").inner_text()
        self.outside.locator("input[name=advice][value=follow]").check()
        self.outside.locator("textarea[name=text]").fill(advice)
        self.outside.locator("main form[data-keep] button").click()
        self.look(page.url, "points")
        self.look(f"{self.case}/opinions/{self.of(words)}/places", "places")

    def decide(self, words: str, point: str, position: str) -> None:
        """The colleague who looks after the theme decides on the point, whatever was advised."""
        self.walker.be("colleague")
        page, id_ = self.walker.page, self.of(point, "item")
        page.goto(f"{self.case}/opinions/{self.of(words)}/points")
        page.locator("summary", has_text="Muuda punkti").click()
        form = page.locator(f"form[action$='/points/{id_}']")
        form.locator("select[name=outcome]").select_option("partly")
        form.locator("textarea[name=position]").fill(position)
        self.walker.press(form.locator("button"))
        self.walker.be("planner")

    def answer_alike(self, count: int, reasons: str) -> None:
        """Alike letters are found, taken as a group by a person, and answered by one answer that each author gets."""
        page = self.walker.page
        page.goto(f"{self.case}/alike")
        self.walker.press(page.get_by_role("button", name=re.compile("Otsi")))
        for _look in range(60):
            page.goto(f"{self.case}/alike?watch=1")
            if page.locator("progress, .kaasa-progress").count() == 0:
                break
            page.wait_for_timeout(500)
        page.goto(f"{self.case}/alike")
        self.walker.press(page.locator("ol.kaasa-list h2 a").first)
        self.walker.press(page.get_by_role("button", name="Võta rühm"))
        self.look(page.url.partition("?")[0], "group")
        self.walker.press(page.get_by_role("link", name=re.compile("Vasta koos")))
        for browser in (self.looker, page):
            browser.goto(page.url)
            browser.locator("input[name=outcome][value=partly]").check()
            browser.locator("#reasons").fill(reasons)
            browser.get_by_role("button", name="Loe kirjad läbi").click()
            assert browser.locator("details", has=browser.locator(".kaasa-pre")).count() == count
            if browser is self.looker:
                self.look_here("preview")
        self.walker.press(page.get_by_role("button", name=re.compile("Salvesta vastus")))
        assert str(count) in page.locator(".kaasa-notice--success").inner_text()

    def answer_from_points(self, words: str, position: str) -> None:
        """An answer is put together from the positions on the points."""
        page = self.walker.page
        page.goto(f"{self.case}/answers/{self.of(words)}?points=1")
        assert position in page.locator("textarea[name=reasons]").input_value()
        self._keep()

    def answer_from_passage(self, words: str) -> None:
        """An answer begins with a passage the municipality keeps."""
        page = self.walker.page
        page.goto(f"{self.case}/answers/{self.of(words)}")
        page.locator("details", has=page.locator("a[href*='passage=']")).locator("summary").click()
        self.walker.press(page.locator("a[href*='passage=']").first)
        assert "standardist" in page.locator("textarea[name=reasons]").input_value()
        page.locator("input[name=outcome][value=not_accepted]").check()
        self._keep()

    def approve_and_send(self) -> None:
        """Nothing leaves before another person has read it; then every answer leaves at one moment."""
        walker, page, answers = self.walker, self.walker.page, f"{self.case}/answers"
        page.goto(answers)
        walker.press(page.locator("main form[action$='/close'] button"))
        assert "Teise inimese kinnitust" in page.locator(".govuk-error-summary").inner_text()
        self.look(f"{answers}?show=unapproved", "unapproved")
        walker.be("colleague")
        page.goto(f"{answers}?show=unapproved")
        walker.press(page.locator("form[action$='/answers/approve'] button"))
        walker.be("planner")
        page.goto(answers)
        walker.press(page.locator("main form[action$='/close'] button"))
        assert page.locator(".govuk-error-summary").count() == 0
        assert "answer_opinions" not in {element for _, element, _ in walker.tasks()}
        walker.done.append("answer_opinions")

    def _keep(self) -> None:
        form = self.walker.page.locator("main form[data-keep]").first
        self.walker.press(form.locator("button[name=then][value=stay]"))
        assert self.walker.page.locator(".govuk-error-summary").count() == 0
