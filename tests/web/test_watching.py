"""Whoever watches the installation: alive, ready, figures by SQL, a line a step, and nothing for strangers."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import select
from structlog.testing import capture_logs

from engine.clock import HeldClock
from engine.incident import Incident
from engine.instance import Instance
from engine.job import Job
from engine.wait import Wait
from tests.web.conftest import NOW
from web import watching
from web.app import create_app
from web.compose import compose
from web.settings import Settings

TOKEN = "a-token-of-the-watch"


@pytest.fixture
def watched(tmp_path: Path, demo_folder: Path):
    """The seeded municipality as an installation whose figures need a token."""
    shutil.copytree(demo_folder, tmp_path / "watched")
    (tmp_path / "token").write_text(TOKEN)
    settings = Settings(folder=tmp_path / "watched", metrics_token_file=tmp_path / "token")
    made = compose(settings, clock=HeldClock(NOW), wall=HeldClock(NOW))
    yield made
    made.close()


@pytest.fixture
def client(watched):
    with TestClient(create_app(watched, loop=False), raise_server_exceptions=False) as found:
        yield found


def figures(client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        it.name + "".join(f",{value}" for name, value in it.labels.items() if name != "le"): it.value
        for family in text_string_to_metric_families(answer.text)
        for it in family.samples
        if not it.name.endswith(("_created", "_bucket"))
    }


def test_alive_asks_no_database_and_ready_does(watched, client, monkeypatch) -> None:
    assert [client.get(it).text for it in ("/health", "/health/live", "/ready", "/health/ready")] == [
        "ok"
    ] * 4

    def away() -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(watched.database, "ask", away)
    assert client.get("/health").status_code == 200
    assert [client.get(it).status_code for it in ("/ready", "/health/ready")] == [503, 503]


def test_a_database_that_answers_too_late_is_not_ready(watched, client, monkeypatch) -> None:
    monkeypatch.setattr("web.pages.health.LONGEST", 0.05)
    monkeypatch.setattr(watched.database, "ask", lambda: time.sleep(0.3))
    assert client.get("/ready").status_code == 503


def test_tables_of_another_version_are_not_ready(watched, client) -> None:
    with watched.database.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '0001'"))
    answer = client.get("/ready")
    assert (answer.status_code, answer.text) == (503, "tables of another version")


def test_the_figures_are_those_of_the_database(watched, client) -> None:
    with watched.database.open_transaction() as session:
        waits = session.exec(select(Wait)).all()
        human = sum(it.kind == "human" for it in waits)
        job = session.exec(select(Job).order_by(Job.due_at)).first()
        late = watched.clock.now() - timedelta(minutes=5)
        session.connection().execute(sa.update(Job).values(due_at=late + timedelta(days=900)))
        session.connection().execute(sa.update(Job).where(Job.id == job.id).values(due_at=late))
        instance = session.exec(select(Instance)).first()
        session.add(
            Incident(
                tenant_id="9999", id="i1", instance_id=instance.id, job_id="", element="x", error="e", trace="",
                created_at=late,
            )
        )  # fmt: skip
    found = figures(client)
    assert found["kaasa_waits,human"] == human
    assert (found["kaasa_jobs_due"], found["kaasa_job_oldest_seconds"]) == (1, 300)
    assert found["kaasa_incidents_open"] == 1
    assert found["kaasa_jobs_stopped"] == 0
    assert found["kaasa_letter_oldest_seconds"] >= 0


def test_a_step_is_counted_and_told_once_it_is_committed_and_not_before(watched, client) -> None:
    with watched.database.session() as session:
        running = session.exec(select(Instance).where(Instance.status == "active")).first().id

    def cancel(session):
        return watched.runtime.cancel(session, "9999", running, now=NOW, actor="aino", reason="no more")

    with capture_logs() as told, watched.database.session() as session:
        cancel(session)
    assert told == []
    assert "kaasa_step_seconds_count,cancel" not in figures(client)
    with capture_logs() as told:
        watched.database.transaction(cancel)
    (line,) = [it for it in told if it["event"] == "step_taken"]
    assert (line["verb"], line["instance"], line["status"]) == ("cancel", running, "cancelled")
    assert figures(client)["kaasa_step_seconds_count,cancel"] == 1


def test_two_applications_do_not_share_their_figures(watched, kaasa) -> None:
    assert watched.watch.registry is not kaasa.watch.registry


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_strangers_get_no_figures(client, sent) -> None:
    assert client.get("/metrics", headers=sent).status_code == 404


def test_without_a_token_only_this_machine_reads_the_figures(kaasa) -> None:
    def may(client: str, *, forwarded: bool = False) -> bool:
        return watching.may_read(kaasa, "", client, forwarded=forwarded)

    assert may("127.0.0.1")
    assert may("::1")
    assert not may("192.0.2.7")
    assert not may("127.0.0.1", forwarded=True)
    kaasa.settings = Settings(folder=kaasa.settings.folder, base_url="https://kaasamine.example.ee")
    assert not may("127.0.0.1"), "behind a proxy everybody seems to come from here"
