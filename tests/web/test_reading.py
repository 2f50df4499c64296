"""Reading changes nothing, and no link of ours leads nowhere: every page crawled as everyone."""

from __future__ import annotations

import hashlib
import html
import re
import sqlite3
from collections import Counter, deque

import pytest

from tests.web.conftest import Visitor

HREF = re.compile(r'(?:href|src|data-diagram)="(/[^"#]*)')
SIMILAR = 6  # pages of one kind are looked at this often: the next ones are like them
OWN = {"signed_in"}  # when a session was last used is not the municipality's business
ROLES = ["visitor", "association", "planner", "government", "committee", "clerk", "administrator"]


def fingerprint(visitor: Visitor) -> str:
    """Out: a digest of every row of every table but the sessions."""
    digest = hashlib.sha256()
    with sqlite3.connect(visitor.kaasa.settings.folder / "kaasa.db") as connection:
        names = sorted(
            row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")
        )
        for name in names:
            if name not in OWN:
                rows = connection.execute(f'select * from "{name}"').fetchall()
                digest.update(repr((name, sorted(map(repr, rows)))).encode())
    connection.close()
    return digest.hexdigest()


def kind(path: str) -> str:
    """Pages that differ in ids alone are of one kind."""
    path = re.sub(r"[?].*", "?", path)
    path = re.sub(r"(?<=/source/)\d+", "#", path)
    return re.sub(r"(?<=/)(?=[^/]*\d)[\w%@.-]{3,}", "#", path)


@pytest.mark.parametrize("role", ROLES)
def test_reading_changes_nothing_and_every_link_leads_somewhere(demo_visitor: Visitor, role: str) -> None:
    start = demo_visitor.post("/et/demo/role", {"role": role}).headers["location"]
    before = fingerprint(demo_visitor)
    waiting, seen = deque([(start, "start"), ("/et/", "start")]), {start, "/et/"}
    kinds: Counter[str] = Counter()
    while waiting:
        path, source = waiting.popleft()
        answer = demo_visitor.get(path)
        assert answer.status_code in {200, 303}, f"{path} (from {source}): {answer.status_code}"
        if "text/html" not in answer.headers.get("content-type", "") or "/body" in path:
            continue
        for found in HREF.findall(answer.text):
            link = html.unescape(found)
            if link not in seen and not link.startswith("/static/") and kinds[kind(link)] < SIMILAR:
                seen.add(link)
                kinds[kind(link)] += 1
                waiting.append((link, path))
    assert len(seen) > 10
    assert fingerprint(demo_visitor) == before
