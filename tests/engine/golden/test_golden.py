"""What a released version stored, this version takes up, carries on exactly as then, and ends as then."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from engine.definition import Definition
from engine.history import History, verify
from engine.instance import ACTIVE, COMPLETED
from engine.process import Process
from engine.service import Services
from engine.spiff import codec, specification
from processes import tables
from processes.database import Database
from tests.engine.golden.stage import KEPT, TENANT, Player, Stage, put

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SETS = sorted(HERE.glob("*.json.gz"), key=lambda it: [int(n) for n in it.name.split(".")[:3]])
REMEDY = "run `python3 -m tests.engine.golden --write VERSION` from the code of that release and keep what it writes"


@cache
def read(path: Path) -> dict[str, Any]:
    return orjson.loads(gzip.decompress(path.read_bytes()))  # type: ignore[no-any-return]


def released() -> list[str]:
    return re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def points() -> Iterator[Any]:
    for path in SETS:
        for walk in read(path)["walks"]:
            yield pytest.param(path, walk, id=f"{path.name.removesuffix('.json.gz')} {walk['name']}")


def test_every_released_version_has_its_set() -> None:
    missing = set(released()) - {read(it)["version"] for it in SETS}
    assert released()
    assert not missing, f"no saved states of {sorted(missing)}; {REMEDY}"


def test_a_set_is_what_its_release_wrote() -> None:
    sums = dict(line.split() for line in (HERE / "sums").read_text().splitlines())
    assert sums == {it.name: hashlib.sha256(it.read_bytes()).hexdigest() for it in SETS}, (
        "a set was changed, added or removed; sets are only added, with their line in tests/engine/golden/sums"
    )


def test_the_format_written_now_has_a_set() -> None:
    now = {"state": codec.FORMAT, "specification": specification.FORMAT}
    known = [read(it)["formats"] for it in SETS]
    assert now in known, f"the format of saved states changed to {now}; raise the version and {REMEDY}"


@pytest.mark.parametrize(("path", "walk"), list(points()))
def test_every_saved_state_goes_on_as_it_did(path: Path, walk: dict[str, Any], tmp_path: Path) -> None:
    """Each point is loaded and taken one action further; the first of each twenty-five is played to the end."""
    database = Database(f"sqlite:///{tmp_path / 'golden.db'}")
    tables.metadata().create_all(database.engine)
    for number, point in enumerate(walk["points"]):
        with database.open_transaction() as session:
            _load(session, path, walk, point)
            assert verify(session, TENANT, walk["instance"])
        player = Player(database, Stage(walk["gives"], walk["later"]), datetime.fromisoformat(point["at"]))
        player.instance_id = walk["instance"]
        rest = walk["actions"][number:] if number % 25 == 0 else walk["actions"][number : number + 1]
        for action in rest:
            player.act(action)
        whole = number + len(rest) == len(walk["actions"])
        _compare(player, walk, whole=whole)
        with database.open_transaction() as session:
            assert verify(session, TENANT, walk["instance"])
            for table in reversed(SQLModel.metadata.sorted_tables):
                if table.name.startswith("engine_"):
                    session.connection().execute(sa.delete(table))
    database.close()


def test_every_operation_a_saved_definition_names_still_exists() -> None:
    services = Services("processes.services")
    for path in SETS:
        for row in read(path)["definitions"]:
            if row["key"] == "detailed_plan":
                process = Process(orjson.loads(row["files"]))
                for diagram in process.diagrams():
                    for element in diagram.elements.values():
                        if element.operation:
                            services.find(element.operation)
                        if "operation" in element.properties:
                            services.find(element.properties["operation"])


def _load(session: Session, path: Path, walk: dict[str, Any], point: dict[str, Any]) -> None:
    stored = point["tables"]["engine_instance"][0]
    put(session, Definition, [it for it in read(path)["definitions"] if it["id"] == stored["definition_id"]])
    for model in KEPT:
        put(session, model, point["tables"][model.__tablename__])
    put(session, History, walk["history"][: stored["history_seq"]])


def _compare(player: Player, walk: dict[str, Any], *, whole: bool) -> None:
    """The same elements were done, in the same order; a history may say more than it did then."""
    done = [(it["element"], it["actor"]) for it in player.happened() if it["what"] == "done"]
    then = [(it["element"], it["actor"]) for it in walk["history"] if it["what"] == "done"]
    assert done == (then if whole else then[: len(done)])
    instance = player.instance()
    if whole:
        assert (instance.status, instance.end_element) == (COMPLETED, walk["end"])
    else:
        assert instance.status == ACTIVE
