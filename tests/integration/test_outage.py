"""The database is full, locked or read-only: people are told so, keep what they typed, and it recovers alone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from lxml import html
from sqlalchemy import event

from processes import database
from tests.web.public_house import NUMBER, House

PAGE = f"/et/case/{NUMBER}/opinion"
LARGE = [("files", ("plaan.pdf", b"%PDF-1.7\n" + b"x" * (2 << 20) + b"\n%%EOF", "application/pdf"))]
HOLD = (
    "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('begin immediate'); "
    "print('held', flush=True); time.sleep(float(sys.argv[2])); c.execute('rollback')"
)


def _send(house: House, page: str, path: str = PAGE, **values: str) -> httpx.Response:
    """Send the form of a page that holds a text, as a browser does."""
    form = next(it for it in html.fromstring(page).forms if "text" in it.fields)
    data = {name: value for name, value in form.form_values() if isinstance(value, str)} | values
    return house.client.post(form.action or path, data=data, follow_redirects=False)


def _give(house: House, text: str) -> httpx.Response:
    page = house.get(PAGE)
    return _send(house, page, text=text, author="anonymous")


def _refused_but_kept(answer: httpx.Response, text: str) -> None:
    assert answer.status_code == 503, (answer.status_code, answer.text[:2000])
    assert text in answer.text
    assert "läheb tavaliselt ise korda" in answer.text
    assert answer.headers["retry-after"] == "10"
    assert "Traceback" not in answer.text


def _kept_once(house: House, texts: list[str]) -> None:
    with house.kaasa.database.session() as session:
        kept = [it.text for it in house.scene.opinions(session)]
    assert sorted(kept) == sorted(texts)
    with sqlite3.connect(house.kaasa.settings.folder / "kaasa.db") as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()


def _until_refused(house: House) -> tuple[httpx.Response, list[str], str]:
    """Opinions until the first is refused. Out: that answer, the texts that were taken, the one that was not."""
    taken: list[str] = []
    for number in range(400):
        text = f"Arvamus {number}: " + "pikk jutt " * 400
        answer = _give(house, text.strip())
        if answer.status_code != 303:
            return answer, taken, text.strip()
        taken.append(text.strip())
    raise AssertionError("the disk never became full")


@contextmanager
def _each_connection(house: House, act: Callable[[sqlite3.Connection], object]) -> Iterator[None]:
    """Every connection opened meanwhile has something done to it."""
    engine = house.kaasa.database.engine

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        act(connection)

    engine.dispose()
    event.listen(engine, "connect", prepare)
    yield
    event.remove(engine, "connect", prepare)
    engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.kaasa.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.fail(
            "a small disk is mounted by root alone: run the tests as root, with `mount` from util-linux"
        )
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "kaasa-test", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.fail(
            f"this machine mounts no tmpfs, which a full disk needs: {mounted.stderr.decode().strip()}"
        )
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_refuses_loses_nothing_and_takes_again_when_there_is_room(small_disk: Path) -> None:
    house = House(small_disk)
    filler = small_disk / "filler"
    _fill(small_disk)
    answer, taken, text = _until_refused(house)
    _refused_but_kept(answer, text)
    assert house.client.get(PAGE).status_code == 200  # reading still works
    filler.unlink()
    assert _send(house, answer.text).status_code == 303
    _kept_once(house, [*taken, text])
    house.kaasa.close()


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        for size in (65536, 512):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass


def _give_file(house: House, text: str) -> httpx.Response:
    form = next(it for it in html.fromstring(house.get(PAGE)).forms if "text" in it.fields)
    data = {name: value for name, value in form.form_values() if isinstance(value, str)}
    data |= {"text": text, "author": "anonymous"}
    return house.client.post(PAGE, data=data, files=LARGE, follow_redirects=False)


def test_a_file_on_a_full_disk_is_refused_what_was_typed_stays_and_it_is_taken_when_there_is_room(
    small_disk: Path,
) -> None:
    house = House(small_disk)
    _fill(small_disk)
    answer = _give_file(house, "Pingid ja puud.")
    _refused_but_kept(answer, "Pingid ja puud.")
    assert "Failid kaasa ei tule" in answer.text
    _kept_once(house, [])
    (small_disk / "filler").unlink()
    assert _give_file(house, "Pingid ja puud.").status_code == 303
    _kept_once(house, ["Pingid ja puud."])
    house.kaasa.close()


def test_a_file_needs_no_room_on_any_other_disk(
    house: House, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    _fill(small_disk)
    assert _give_file(house, "Pingid ja puud.").status_code == 303
    _kept_once(house, ["Pingid ja puud."])


def test_a_database_that_may_not_grow_refuses_and_recovers(house: House) -> None:
    def no_more(connection: sqlite3.Connection) -> None:
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count={pages + 2}")

    with _each_connection(house, no_more):
        answer, taken, text = _until_refused(house)
    _refused_but_kept(answer, text)
    assert _send(house, answer.text).status_code == 303
    _kept_once(house, [*taken, text])


def test_a_read_only_database_is_read_and_refuses_to_be_written(house: House) -> None:
    with _each_connection(house, lambda it: it.execute("pragma query_only=on")):
        answer = _give(house, "Palun jätke pink alles.")
        _refused_but_kept(answer, "Palun jätke pink alles.")
        assert house.client.get(PAGE).status_code == 200
    assert _send(house, answer.text).status_code == 303
    _kept_once(house, ["Palun jätke pink alles."])


@contextmanager
def _held(house: House, seconds: float) -> Iterator[None]:
    """Another program holds the file."""
    file = house.kaasa.settings.folder / "kaasa.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.wait(seconds + 30)
        holder.stdout.close()


def test_a_database_held_for_a_moment_is_waited_for(house: House) -> None:
    page = house.get(PAGE)
    with _held(house, 3):
        began = time.monotonic()
        assert _send(house, page, text="Kannatlik", author="anonymous").status_code == 303
        assert time.monotonic() - began > 2
    _kept_once(house, ["Kannatlik"])


def test_a_database_held_for_longer_refuses_and_takes_it_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.5)
    house = House(tmp_path)
    page = house.get(PAGE)
    with _held(house, 3):
        answer = _send(house, page, text="Kannatlik pikalt", author="anonymous")
        _refused_but_kept(answer, "Kannatlik pikalt")
    assert _send(house, answer.text).status_code == 303
    assert _send(house, answer.text).status_code == 303  # twice sent is once taken
    _kept_once(house, ["Kannatlik pikalt"])
    house.kaasa.close()


@pytest.mark.long
def test_a_database_held_for_thirty_seconds_loses_nothing(house: House) -> None:
    page = house.get(PAGE)
    with _held(house, 30):
        began = time.monotonic()
        answer = _send(house, page, text="Pool minutit", author="anonymous")
        _refused_but_kept(answer, "Pool minutit")
        assert 9 < time.monotonic() - began < 25
    assert _send(house, answer.text).status_code == 303
    _kept_once(house, ["Pool minutit"])
