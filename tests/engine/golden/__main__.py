"""Record a set: `python3 -m tests.engine.golden --write 1.2.3`, once, when that version is released."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from engine.instance import ACTIVE
from engine.spiff import codec, specification
from processes import tables
from processes.database import Database
from tests.engine.golden.stage import TENANT, Player, Stage, plain
from tests.engine.golden.walks import WALKS, Walk

HERE = Path(__file__).parent
LONGEST = 200


def record(version: str) -> Path:
    """Play every walk and keep what was stored after each action. Errors: FileExistsError, never written over."""
    definitions: dict[str, Any] = {}
    walks = [_play(walk, definitions) for walk in WALKS]
    kept = {
        "version": version,
        "tenant": TENANT,
        "formats": {"state": codec.FORMAT, "specification": specification.FORMAT},
        "definitions": list(definitions.values()),
        "walks": walks,
    }
    path = HERE / f"{version}.json.gz"
    with path.open("xb") as file:
        file.write(gzip.compress(orjson.dumps(kept), 9, mtime=0))
    return path


def _play(walk: Walk, definitions: dict[str, Any]) -> dict[str, Any]:
    with TemporaryDirectory() as home:
        database = Database(f"sqlite:///{home}/golden.db")
        tables.metadata().create_all(database.engine)
        player = Player(database, Stage(walk.gives, walk.later))
        definition = player.start(walk.files, walk.data)
        known = definitions.setdefault(definition.digest, plain(definition))
        actions: list[list[Any]] = []
        points = [{"at": player.clock.now().isoformat(), "tables": player.point()}]
        while player.instance().status == ACTIVE:
            assert len(actions) < LONGEST, f"{walk.name} has no end"
            action = walk.next(player, len(actions))
            player.act(action)
            actions.append(action)
            if player.instance().status == ACTIVE:
                points.append({"at": player.clock.now().isoformat(), "tables": player.point()})
        end = player.instance()
        happened = player.happened()
        database.close()
    own = definition.id
    for point in points:  # one definition of a text serves several walks
        for row in point["tables"]["engine_instance"]:
            row["definition_id"] = known["id"] if row["definition_id"] == own else row["definition_id"]
    kept = {"name": walk.name, "gives": walk.gives, "later": walk.later, "instance": end.id}
    return kept | {"actions": actions, "points": points, "end": end.end_element, "history": happened}


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--write":
        sys.exit("Usage: python3 -m tests.engine.golden --write VERSION")
    written = record(sys.argv[2])
    print(f"{written.name}: {written.stat().st_size // 1000} kB")
