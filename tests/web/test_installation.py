"""A real installation: cookies over https, secrets in files, logs without people."""

from __future__ import annotations

import io
import json
import logging
import stat
from pathlib import Path

import pytest
from litestar.testing import TestClient

from tests.web.conftest import Visitor
from web import logs
from web.app import create_app
from web.compose import Kaasa, compose
from web.settings import Settings


@pytest.fixture
def secure(kaasa: Kaasa) -> Kaasa:
    """The same installation as people see it through a proxy that speaks https."""
    settings = kaasa.settings.model_copy(update={"base_url": "https://kaasa.example"})
    return compose(settings, clock=kaasa.clock, wall=kaasa.wall)


def test_over_https_every_cookie_is_tied_to_the_host(secure: Kaasa) -> None:
    with TestClient(create_app(secure, loop=False), base_url="https://kaasa.example") as client:
        visitor = Visitor(secure, client)
        visitor.post("/et/sign-in", {"email": "aino@naidisvald.example"})
        form = client.get("/et/sign-in").headers
        visitor.sign_in("planner")
        out = visitor.post("/et/sign-out").headers
        client.cookies.clear()
        fresh = client.get("/et/sign-in").headers
    for header in (*out.get_list("set-cookie"), *fresh.get_list("set-cookie")):
        name = header.partition("=")[0]
        assert name.startswith("__Host-") or name == "kaasa-done", header
        assert "Secure" in header
        assert "HttpOnly" in header
        assert "SameSite=lax" in header
        assert "Domain" not in header
    assert form["strict-transport-security"].startswith("max-age=31536000")
    secure.close()


def test_the_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path / "new")
    first = settings.secret()
    assert settings.secret() == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o400


def test_a_short_secret_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    with pytest.raises(SystemExit, match="too short"):
        Settings(secret_file=tmp_path / "secret").secret()


def test_an_error_is_logged_without_what_it_quotes_and_in_one_line() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.OneLine())
    log = logging.getLogger("kaasa.test")
    log.addHandler(handler)
    try:
        raise ValueError("39001010000 aino@naidisvald.example\nforged line")  # noqa: TRY301  the one thing looked at
    except ValueError:
        log.exception("request_failed", extra={"number": "ab12", "email": "aino@naidisvald.example"})
    log.removeHandler(handler)
    (line,) = written.getvalue().splitlines()
    said = json.loads(line)
    assert said["action"] == "request_failed"
    assert said["number"] == "ab12"
    assert said["error"] == "ValueError"
    assert "aino" not in line
    assert "39001010000" not in line


def test_a_page_that_breaks_leaves_no_address_in_the_log(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_names: object, **_values: object) -> None:
        raise RuntimeError("mart@example.org")

    monkeypatch.setattr("processes.actions.sign_in.send_link", fail)
    with caplog.at_level(logging.DEBUG):
        answer = visitor.post("/et/sign-in", {"email": "mart@example.org"})
    assert answer.status_code == 500
    lines = [logs.OneLine().format(record) for record in caplog.records if record.name.startswith("kaasa")]
    assert lines
    assert not [line for line in lines if "mart" in line]
    number = json.loads(lines[-1])["number"]
    assert number in answer.text
