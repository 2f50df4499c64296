"""Someone who walks a case through the browser as its people would, one open task after the other, without a mouse.

The database is only read, to know which task is open; everything that is done is done on pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Locator, Page

from engine.clock import local_day
from notifications.sources import Postbox
from tests.browser.pages import Server
from tests.end_to_end.keys import Keys

TASKS = sa.text(
    "select w.id, w.element, w.role from engine_wait w join consultation c on c.instance_id = w.instance_id "
    "where c.number = :number and w.kind = 'human' order by w.opened_at, w.element"
)
END = sa.text("select state, end_element from consultation where number = :number")
ANSWERED = ("answered", "accepted", "partly", "not_accepted", "outside", "noted")


class Walker:
    """Walks one case. In: a page of a browser, the demonstration, the case's public number."""

    def __init__(self, page: Page, server: Server, number: str) -> None:
        self.page, self.server, self.number = page, server, number
        self.engine = sa.create_engine(
            f"sqlite:///{server.folder / 'kaasa.db'}", connect_args={"timeout": 30}
        )
        self.keys = Keys(page)
        self.role = ""
        self.done: list[str] = []
        self.looked: Callable[[str], None] = lambda _element: None

    # -- what the case says ---------------------------------------------------------------------------

    def tasks(self) -> list[tuple[str, str, str]]:
        """Every open task of the case: its id, its element, the role it is for."""
        with self.engine.connect() as connection:
            return [
                (it.id, it.element.rpartition("/")[2], it.role)
                for it in connection.execute(TASKS, {"number": self.number})
            ]

    def end(self) -> str | None:
        """Where the case ended; None while it runs."""
        with self.engine.connect() as connection:
            row = connection.execute(END, {"number": self.number}).one()
        return row.end_element if row.state == "ended" else None

    @property
    def today(self) -> date:
        return local_day(datetime.fromisoformat((self.server.folder / "clock").read_text().strip()))

    def letters(self, wanted: str) -> Iterator[str]:
        """The texts of the letters that hold some words, the newest first."""
        box = Postbox(self.server.folder / "postbox")
        for posted in box.letters():
            text = self.server.here(box.open(posted.key).text)
            if wanted in text:
                yield text

    def letter(self, wanted: str) -> str:
        """The text of the newest letter whose text holds some words."""
        for text in self.letters(wanted):
            return text
        raise AssertionError(f"no letter says {wanted!r}")

    # -- what people do -------------------------------------------------------------------------------

    def be(self, role: str) -> None:
        """See the demonstration as someone else, through its bar."""
        if role != self.role:
            self.page.goto(f"{self.server.url}/et/")
            self.page.locator("#demo-role").select_option(role)
            self.press(self.page.locator(".kaasa-demo__roles button"))
            self.role = role

    def press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            self.keys.press(button)

    def next(self) -> None:
        """Go to the next thing that happens."""
        self.page.goto(f"{self.server.url}/et/")
        self.press(self.page.locator(".kaasa-demo__button--main"))

    def let_time_pass(self, until: Callable[[], bool], steps: int = 60) -> None:
        """Let one thing after the other happen until something holds. Errors: AssertionError when it never does."""
        for _ in range(steps):
            if until():
                return
            self.next()
        raise AssertionError("it never came to that")

    def walk(self, until: str = "", steps: int = 200) -> None:
        """Do what is open and let time pass, until a task is open (left for the caller) or the case has ended."""
        for _ in range(steps):
            open_tasks = self.tasks()
            if until and until in {element for _, element, _ in open_tasks}:
                return
            if not open_tasks:
                if self.end() is not None:
                    return
                self.next()
                continue
            wait_id, element, role = open_tasks[0]
            self.do(wait_id, element, role)
        raise AssertionError(f"after {steps} steps: {self.tasks()}, done {self.done}")

    def do(self, wait_id: str, element: str, role: str) -> None:
        """Open a task and do it; what it refuses is an error of the walk."""
        self.be(role)
        self.page.goto(f"{self.server.url}/et/task/{wait_id}")
        self.looked(element)
        if element == "answer_opinions":
            self.answer_all()
        elif element in {"invite_organisations", "send_for_approval"}:
            self.press(self.page.locator("main form[action$='/send'] button.govuk-button").first)
        else:
            form = self.page.locator("main form").first
            self.fill(form, element)
            self.press(form.locator("button.govuk-button").first)
        refusals = self.page.locator(".govuk-error-summary")
        assert refusals.count() == 0, f"{element}: {refusals.first.inner_text()}"
        assert wait_id not in {it for it, _, _ in self.tasks()}, f"{element} is still open: {self.page.url}"
        self.done.append(element)

    def fill(self, form: Locator, element: str) -> None:
        """Fill in a form plainly: first choices, today, and words where they are wanted."""
        for name in _names(form, "input[type=radio]"):
            group = form.locator(f"input[type=radio][name='{name}']")
            if form.locator(f"input[type=radio][name='{name}']:checked").count() == 0:
                self.keys.choose(group.nth(FIRST_CHOICE.get(name.partition("-")[0], 0)))
        for field in form.locator("input[type=date]").all():
            if field.is_visible() and not field.input_value():
                field.fill(self._day(field.get_attribute("name") or "").isoformat())
        for field in form.locator("input[type=datetime-local]").all():
            if field.is_visible() and not field.input_value():
                hour = "17:00" if (field.get_attribute("name") or "").startswith("starts") else "19:00"
                field.fill(f"{self.today + timedelta(days=20)}T{hour}")
        for field in form.locator("input[type=text], input[type=url], input:not([type]), textarea").all():
            if field.is_visible() and not field.input_value():
                name = field.get_attribute("name") or ""
                self.keys.write(field, "" if name in {"url", "objections"} else f"Proovitekst: {element}")

    def answer_all(self) -> None:
        """Answer every opinion one by one, then close the step."""
        answers = f"{self.server.url}/et/cases/{self.number}/answers"
        for number in range(200):
            self.page.goto(f"{answers}?show=open")
            href = self._unanswered()
            if href is None:
                break
            self.page.goto(self.server.url + href)
            form = self.page.locator("main form[data-keep]").first
            self.keys.choose(form.locator("input[name=outcome]").nth(2 if number == 0 else 0))
            self.keys.write(form.locator("textarea[name=reasons]"), f"Põhjendus number {number + 1}.")
            self.press(form.locator("button[name=then][value=stay]"))
        self.page.goto(answers)
        self.press(self.page.locator("main form[action$='/close'] button"))

    def publish(self, words: str) -> None:
        """Put an opinion on the public page: the planner prepares a copy, another one lets it out."""
        self.be("planner")
        query = sa.text("select id from feedback where text = :words")
        with self.engine.connect() as connection:
            found = connection.execute(query, {"words": words}).scalars().one()
        copy = f"{self.server.url}/et/cases/{self.number}/publishing/{found}"
        self.page.goto(copy)
        kept = self.page.locator("textarea[name=kept]")
        self.keys.write(kept, "Koht on planeeritava ala osa.")
        self.press(self.page.locator(f"main form[action$='/publishing/{found}'] button.govuk-button"))
        assert self.page.locator(".govuk-error-summary").count() == 0
        assert self.page.locator("main form[action$='/out']").count() == 0
        self.be("colleague")
        self.page.goto(copy)
        self.press(self.page.locator("main form[action$='/out'] button.govuk-button"))
        assert self.page.locator(".govuk-error-summary").count() == 0

    def _unanswered(self) -> str | None:
        query = sa.text(
            "select f.id from feedback f join consultation c on c.id = f.consultation_id left join response r "
            "on r.feedback_id = f.id where c.number = :number and r.feedback_id is null "
            "and f.state in ('received', 'late_accepted', 'late_recorded') order by f.id"
        )
        with self.engine.connect() as connection:
            found = connection.execute(query, {"number": self.number}).scalars().first()
        return None if found is None else f"/et/cases/{self.number}/answers/{found}"

    def _day(self, name: str) -> date:
        ahead = {"display_from": 22, "display_to": 50, "starts_on": 1, "ends_on": 15}
        return self.today + timedelta(days=ahead.get(name, 0))


FIRST_CHOICE: dict[str, int] = {}
"""Where not the first choice of a question is the way forward."""


def _names(form: Locator, selector: str) -> list[str]:
    found: list[Any] = form.locator(selector).evaluate_all("all => all.map(it => it.name)")
    return list(dict.fromkeys(str(it) for it in found))


def link_in(text: str, path: str) -> str:
    """The first link of a letter that leads below a path. Errors: AssertionError."""
    found = re.search(rf"https?://\S+/{path}/[0-9a-f]+", text)
    assert found is not None, text
    return found[0]
