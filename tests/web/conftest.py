"""A composed product on SQLite, a fixed cast, and someone who browses it; no wall clock, no network.

`kaasa` and `visitor` hold the municipality and its people only; `demo_kaasa` and `demo_visitor` also the
demonstration's cases. Both start from a file made once and copied for each test.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient

from engine.clock import HeldClock
from processes.actions import demonstration, sign_in
from processes.database import Database
from processes.municipality import Municipality
from processes.person import Person, Role
from tests import seeded, tables
from tests.web.standing import application, share_secret
from web import auth
from web.compose import Kaasa, compose
from web.settings import Settings

HOME = "9999"
NOW = datetime(2027, 1, 14, 10, 0, tzinfo=UTC)
CAST = {
    "planner": ("Aino Planeerija", "aino@naidisvald.example"),
    "government": ("Jaak Vallavalitsus", "jaak@naidisvald.example"),
    "committee": ("Leida Komisjon", "leida@naidisvald.example"),
    "clerk": ("Malle Sekretär", "malle@naidisvald.example"),
    "administrator": ("Haldi Haldur", "haldi@naidisvald.example"),
}


def found(pattern: str, text: str) -> str:
    """Out: the first group of a pattern that must be there."""
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in {text[:2000]}"
    return match[1]


class Visitor:
    """Someone with a browser that keeps cookies: reads pages, sends forms, signs in."""

    def __init__(self, kaasa: Kaasa, client: TestClient[Any]) -> None:
        self.kaasa = kaasa
        self.client = client

    def get(self, path: str, **more: Any) -> Response:
        more.setdefault("follow_redirects", False)
        return self.client.get(path, **more)

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> Response:
        """Send a form as our own pages do, its token included."""
        name = auth.csrf_cookie_name(self.kaasa.settings)
        if name not in self.client.cookies:
            self.client.get("/et/sign-in")
        data = {"_csrf_token": self.client.cookies[name], **(fields or {})}
        more.setdefault("follow_redirects", False)
        return self.client.post(path, data=data, **more)

    def follow(self, response: Response) -> Response:
        assert response.status_code == 303, response.text
        return self.get(response.headers["location"])

    def sign_in(self, role: str) -> str:
        """Become the first person who holds a role. Out: the person's id."""
        kaasa = self.kaasa
        with kaasa.database.session() as session:
            person_id, _name = demonstration.cast(session, municipality_id=kaasa.municipality_id)[role]
        token = kaasa.database.transaction(
            lambda s: sign_in.begin(
                s, municipality_id=kaasa.municipality_id, person_id=person_id, now=kaasa.wall.now()
            )
        )
        self.client.cookies.set(auth.cookie_name(kaasa.settings), token)
        return person_id

    def wait(self, **time: float) -> None:
        """Let time pass on both clocks. In: as for timedelta."""
        for clock in {id(it): it for it in (self.kaasa.clock, self.kaasa.wall)}.values():
            assert isinstance(clock, HeldClock)
            clock.move_to(clock.now() + timedelta(**time))

    def sign_out(self) -> None:
        self.client.cookies.delete(auth.cookie_name(self.kaasa.settings))


@pytest.fixture(scope="session")
def people_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database has the tables, the municipality and its people."""
    folder = tmp_path_factory.mktemp("people")
    share_secret(folder)
    url = f"sqlite:///{folder / 'kaasa.db'}"
    tables.lay(url)
    database = Database(url)
    with database.open_transaction() as session:
        session.add(
            Municipality(
                municipality_id=HOME, name="Näidisvald", email="info@naidisvald.example", phone="5555 0100",
                address="Kooli tn 1, Näidisküla", opening_hours="E–R 9–16",
            )
        )  # fmt: skip
        session.flush()
        for role, (name, email) in CAST.items():
            person = Person(municipality_id=HOME, name=name, email=email)
            session.add(person)
            session.flush()
            session.add(Role(municipality_id=HOME, person_id=person.id, role=role))
    database.close()
    return folder


@pytest.fixture
def kaasa(tmp_path: Path, people_folder: Path) -> Iterator[Kaasa]:
    shutil.copytree(people_folder, tmp_path / "var")
    made = compose(Settings(folder=tmp_path / "var"), clock=HeldClock(NOW), wall=HeldClock(NOW))
    yield made
    made.close()


@pytest.fixture
def demo_kaasa(tmp_path: Path, demo_folder: Path) -> Iterator[Kaasa]:
    seeded.copy(demo_folder, tmp_path / "var")
    made = compose(Settings(folder=tmp_path / "var", demo=True), wall=HeldClock(NOW))
    yield made
    made.close()


@pytest.fixture
def visitor(kaasa: Kaasa) -> Iterator[Visitor]:
    with TestClient(application(kaasa), raise_server_exceptions=False) as client:
        yield Visitor(kaasa, client)


@pytest.fixture
def demo_visitor(demo_kaasa: Kaasa) -> Iterator[Visitor]:
    app = application(demo_kaasa)
    with TestClient(app, base_url=demo_kaasa.settings.url(), raise_server_exceptions=False) as client:
        yield Visitor(demo_kaasa, client)
