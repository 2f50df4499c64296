"""Nothing of people reaches the logs, whoever writes them, and nobody forges a line (ASVS V16.2.5, V16.4.1)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from processes.actions.opinion import token_of
from tests.web.public_house import NUMBER, House, house
from web import logs

CODE, MAIL, WORDS = "39001010000", "marker.mari@post.example", "Markeri-arvamus kollasest pingist"
FORM = f"/et/case/{NUMBER}/opinion"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that is logged, at every level, as the product writes it."""
    kept, root = io.StringIO(), logging.getLogger()
    before, level, settings = root.handlers[:], root.level, structlog.get_config()
    logs.begin(logging.DEBUG)
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(kept)
    yield kept
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**settings)


def test_a_story_with_marked_people_leaves_none_of_them_in_the_logs(
    tmp_path: Path, written: io.StringIO
) -> None:
    with house(tmp_path) as public:
        values = {"text": f"{WORDS} {CODE}", "author": "person", "name": f"Mari {CODE}", "email": MAIL}
        assert public.send(FORM, FORM, values).status_code == 200
        token = _confirm(public)
        public.kaasa.loop.settle()
        log = structlog.get_logger("web.anything")
        try:
            raise ValueError(f"{CODE} {MAIL}")  # noqa: TRY301  the one thing looked at
        except ValueError:
            logging.getLogger("a.library").exception("about %s: %s", MAIL, WORDS)
            log.warning("step_failed", element=WORDS, kind=MAIL, note=CODE, exc_info=True)
    lines = written.getvalue().splitlines()
    assert lines
    for marker in (CODE, MAIL, WORDS, token):
        assert marker not in written.getvalue()
    assert all({"at", "level", "logger", "action"} <= json.loads(line).keys() for line in lines)


def test_a_line_break_forges_no_line(written: io.StringIO) -> None:
    structlog.get_logger("web.forger").warning("letter_failed", letter='x\r\n{"action": "all_is_well"}')
    logging.getLogger("forger").warning("x\r\nall_is_well")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert "all_is_well" not in written.getvalue()
    assert json.loads(lines[0])["action"] == "letter_failed"


def _confirm(public: House) -> str:
    """Open the personal link of the opinion just given. Out: its token."""
    with public.scene.database.session() as session:
        (row,) = public.scene.opinions(session)
        token = token_of(public.kaasa.links, row)
    assert public.client.get(f"/et/confirm/{token}").status_code == 200
    return token
