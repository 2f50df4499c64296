"""Every page a person can reach by links, for each role: accessible at both sizes, light and dark, and valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.pages import Axe, NuCheck, PageFor, Server, faults, sign_in

LEFT_OUT = re.compile(
    r"\.(ics|atom|bpmn|txt|xml|pdf|eml|csv|xlsx|docx|zip|json)$|/(calendar|feed|files?|drawing|download)\b|/attachments?/|/documents?/[^/]+$"
)
ONE_OF_A_KIND = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|(?:dp|rt)-\d{4}-\d+|(?<=/postbox/)[^/]+|(?<=/source/)[^/]+"
)
STARTS = {
    "visitor": ["/et/", "/et/accessibility", "/et/sign-in"],
    "planner": ["/et/desk", "/et/cases", "/et/launch", "/et/postbox"],
    "government": ["/et/desk", "/et/cases"],
    "committee": ["/et/desk"],
    "administrator": ["/et/cases"],
}
MOST = 90
WEB = Path(__file__).resolve().parents[2] / "web"


def kind_of(address: str) -> str:
    """What makes two addresses the same kind of page: ids do not, nor does what is asked behind the mark."""
    parts = urlsplit(address)
    names = sorted(re.findall(r"(?:^|&)([a-z_]+)=", parts.query))
    return ONE_OF_A_KIND.sub("*", parts.path) + ("?" + ",".join(names) if names else "")


def reachable(page: Page, server: Server, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Open one page of each kind, first the starts, then whatever they link to. Out: the kind, and what was sent."""
    waiting, seen = [server.url + it for it in starts], set[str]()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        if (kind := kind_of(address)) in seen:
            continue
        seen.add(kind)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 400, f"{address} is linked but answers {answer.status}"
        yield kind, answer.text()
        hrefs: list[str] = page.locator("a[href]").evaluate_all("all => all.map(it => it.href)")
        for href in hrefs:
            bare = server.here(href.partition("#")[0])
            if bare.startswith(f"{server.url}/et/") and not LEFT_OUT.search(urlsplit(bare).path):
                waiting.append(bare)


@pytest.mark.parametrize("role", list(STARTS))
def test_every_page_a_role_can_reach_is_accessible_and_valid(
    server: Server, page_for: PageFor, axe: Axe, nu_check: NuCheck, role: str
) -> None:
    page = page_for()
    if role != "visitor":
        sign_in(page, server, role)
    wrong: list[str] = []
    sources: dict[str, str] = {}
    for number, (kind, sent) in enumerate(reachable(page, server, STARTS[role])):
        wrong += faults(page, axe, kind)
        sources[f"{number}{re.sub(r'[^a-z]+', '_', kind)}"] = sent
    assert wrong == []
    assert nu_check(sources) == ""


def test_the_dark_changes_colours_alone() -> None:
    sheets = {
        it.name: it.read_text() for it in (WEB / "static" / "app.js", *(WEB / "frontend").glob("*.scss"))
    }
    assert [name for name, text in sheets.items() if "prefers-color-scheme" in text] == ["_dark.scss"]
    said = re.findall(r"([\w-]+): ([^;{}]+);", sheets["_dark.scss"])
    assert len(said) > 30
    for name, value in said:
        assert name.startswith("--") or name in {"color", "background"}, name
        assert re.fullmatch(r"#[0-9a-f]{6}|var\(--[\w-]+-(colour|accent|card)\)|none", value), (name, value)
