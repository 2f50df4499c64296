"""The demonstration as it stands at its start, seeded once for a whole run and copied for whoever needs one.

Seeding takes seconds, a copy a moment. The processes of one run share the folder; the first that asks makes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from processes import migrate
from web.compose import compose
from web.demonstrate import seed
from web.settings import Settings

URL = Settings(demo=True).url()  # what its letters link to, whoever serves a copy of it


def folder(factory: pytest.TempPathFactory) -> Path:
    """The seeded folder of this run. It is only ever copied, never worked in."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made, growing = shared / "seeded", shared / "seeded.new"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            kaasa = compose(Settings(folder=growing, demo=True))
            migrate.upgrade(kaasa.settings.database())
            seed(kaasa)
            kaasa.close()
            growing.rename(made)
    return made


def copy(seeded: Path, to: Path) -> None:
    """A demonstration of one's own. Letters and documents are never changed in place, so that links to them do."""
    for it in seeded.iterdir():
        if it.is_dir():
            shutil.copytree(it, to / it.name, copy_function=os.link)
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy2(it, to / it.name)
