"""Take the pictures of the README and the tutorial from a running demonstration: `python3 -m docs.screenshots`.

The browser is the one the tests use. A picture is the first screen at 1280 pixels, light, in English.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.pages import Server

IMAGES = Path(__file__).resolve().parent / "images"
SIZE = {"width": 1280, "height": 900}


def main() -> int:
    """Write every picture anew. Out: an exit code."""
    from web.bootstrap import ensure  # noqa: PLC0415  it may restart this command in the right Python

    ensure("requirements-test.lock")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from tests import run  # noqa: PLC0415
    from tests.browser import chromium, pages  # noqa: PLC0415

    run.prepare()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = pages.start(Path(folder) / "demo")
        browser = playwright.chromium.launch(**chromium.launch_options())
        try:
            context = browser.new_context(viewport=SIZE, color_scheme="light", locale="en-GB")  # type: ignore[arg-type]
            _all(context.new_page(), server)
        finally:
            browser.close()
            server.stop()
    return 0


def _all(page: Page, server: Server) -> None:
    from tests.browser.pages import sign_in  # noqa: PLC0415

    page.goto(server.url + "/en/")
    case = page.locator("a[href*='/en/case/']").first.get_attribute("href") or ""
    _take(page, server.url + case, "case")
    _take(page, server.links["association"].replace("/et/", "/en/"), "invitation")
    sign_in(page, server, "planner")
    _take(page, server.url + "/en/desk", "desk")
    late = page.locator("a[href$='/opinions']").first.get_attribute("href") or ""
    _take(page, server.url + re.sub(r"opinions$", "answers", late), "answers")
    _take(page, server.url + re.sub(r"/opinions$", "", late), "workbench")
    _take(page, _draft(page, server), "plan", below="The whole way in dates")
    page.goto(server.url + "/en/postbox")
    letter = page.locator("main a[href*='/postbox/']").first.get_attribute("href") or ""
    _take(page, server.url + letter, "letter")
    sign_in(page, server, "committee")
    page.goto(server.url + "/en/desk")
    summary = page.locator("a[href*='/summary/']").first.get_attribute("href") or ""
    _take(page, server.url + summary, "summary")


def _draft(page: Page, server: Server) -> str:
    """A draft as a planner writes it. Out: its address."""
    page.goto(server.url + "/en/launch")
    words = {
        "title-et": "Aia tänava mänguväljaku detailplaneering",
        "title-en": "Detailed plan of the Aia street playground",
        "what-et": "Tühjale krundile tuleb kõigi laste mänguväljak.",
        "what-en": "An empty plot becomes a playground for every child.",
        "place": "Aia tänav 5, Näidise alevik",
        "applicant": "OÜ Näidis",
    }
    for details in page.locator("main details summary").all():
        details.click()
    for name, text in words.items():
        page.locator(f"[name='{name}']").fill(text)
    page.locator("input[name=impacts][value=public_space]").check()
    page.locator("main form button.govuk-button").first.click()
    page.wait_for_url(re.compile("/plan"))
    return page.url.partition("?")[0]


def _take(page: Page, address: str, name: str, *, below: str = "") -> None:
    """Keep what one sees first, or from a heading on."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} did not open; the picture {name} was not taken.")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    if below:
        page.get_by_role("heading", name=below).evaluate("it => it.scrollIntoView()")
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"Took docs/images/{name}.png.")


if __name__ == "__main__":
    sys.exit(main())
