"""People at work during the storm: each repeats what was asked of them, with the same key, until it is taken."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import httpx
from lxml import html

Answer = Callable[[str], dict[str, str]]


class People(threading.Thread):
    """Somebody who acts again and again. In: the nodes' addresses, and a seed for whom to ask."""

    def __init__(self, urls: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.urls, self.chance = urls, random.Random(seed)
        self.told: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self.failure: BaseException | None = None
        self.cookies = httpx.Cookies()
        self.stopping = threading.Event()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                if not self.act():
                    return
                time.sleep(0.02)
        except BaseException as error:  # noqa: BLE001  told when the storm is over
            self.failure = error

    def stop(self) -> None:
        self.stopping.set()
        self.join(60)
        if self.failure is not None:
            raise self.failure

    def act(self) -> bool:
        """One thing. Out: whether there is more to do."""
        raise NotImplementedError

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response | None:
        """Ask any node until one answers other than with its trouble. Out: None when told to stop."""
        while not self.stopping.is_set():
            url = self.chance.choice(self.urls)
            with (
                suppress(httpx.HTTPError),
                httpx.Client(base_url=url, timeout=20, cookies=self.cookies) as browser,
            ):
                answer = browser.request(method, path, data=data)
                self.statuses[answer.status_code] += 1
                assert answer.status_code in (200, 303, 404, 409, 422, 502, 503), (path, answer.text[:2000])
                if answer.status_code < 500:
                    self.cookies.update(browser.cookies)
                    return answer
            time.sleep(0.05)
        return None

    def fill(self, path: str, field: str, **values: str) -> tuple[str, httpx.Response] | None:
        """Open a page, fill the form that holds a field, send it. Out: the form's key and the answer."""
        page = self.ask("GET", path)
        if page is None or page.status_code != 200:
            return None
        for form in html.fromstring(page.text).forms:
            if field in form.fields:
                typed = {name: value for name, value in form.form_values() if isinstance(value, str)} | values
                answer = self.ask("POST", form.action or path, typed)
                return None if answer is None else (typed["key"], answer)
        raise AssertionError(f"{path} has no field {field}")


class Resident(People):
    """Sends opinions by the public form, each with an address that gets a letter."""

    def __init__(self, urls: list[str], seed: int, number: str) -> None:
        super().__init__(urls, seed)
        self.number, self.count = number, 0

    def act(self) -> bool:
        self.count += 1
        who = f"oskar{self.chance.getrandbits(32)}-{self.count}"
        text = f"Arvamus: {who}"
        values = {"text": text, "author": "person", "name": "Oskar Katse", "email": f"{who}@example.org"}
        done = self.fill(f"/et/case/{self.number}/opinion", "text", **values)
        if done is not None:
            assert done[1].status_code == 303, done[1].text[:3000]
            self.told[done[0]] = text
        return True


class Association(People):
    """Answers by the personal links it was given, one after the other."""

    def __init__(self, urls: list[str], seed: int, links: list[str]) -> None:
        super().__init__(urls, seed)
        self.links = list(links)

    def act(self) -> bool:
        if not self.links:
            return False
        link = self.links.pop()
        text = f"Seltsi arvamus: {link[:12]}"
        done = self.fill(f"/et/i/{link}", "text", text=text)
        if done is not None:
            assert done[1].status_code == 303, done[1].text[:3000]
            self.told[done[0]] = text
        return True


class Planner(People):
    """Signs in once and does task after task: checks applications, then assesses what they mean."""

    ANSWERS = {  # noqa: RUF012  read only
        "application": {"application": "proceed"},
        "environment": {"environment": "not_needed", "reasons": "Mõju on väike."},
    }

    def __init__(
        self, urls: list[str], seed: int, token: str, tasks: Callable[[], list[tuple[str, str]]]
    ) -> None:
        super().__init__(urls, seed)
        self.token, self.tasks = token, tasks
        self.signed_in = False

    def act(self) -> bool:
        if not self.signed_in:
            self.sign_in()
            return True
        todo = [it for it in self.tasks() if it[0] not in self.told]
        if not todo:
            time.sleep(0.2)
            return True
        wait, element = self.chance.choice(todo)
        field = "application" if element == "check_application" else "environment"
        done = self.fill(f"/et/task/{wait}", field, **self.ANSWERS[field])
        if done is not None:
            assert done[1].status_code in (303, 409), done[1].text[:3000]
            if done[1].status_code == 303:
                self.told[wait] = element
        return True

    def sign_in(self) -> None:
        page = self.ask("GET", f"/et/sign-in/{self.token}")
        if page is None:
            return
        form = html.fromstring(page.text).xpath(f"//form[contains(@action, '{self.token}')]")[0]
        answer = self.ask("POST", form.action, {k: v for k, v in form.form_values() if isinstance(v, str)})
        self.signed_in = answer is not None and answer.status_code == 303
