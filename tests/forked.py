"""Commands of the product, each in a process of its own, for tests that kill them again and again.

They are forked from a process that has imported the product and done nothing else: a start takes a fraction of the
seconds it takes to import everything anew, so that kills meet the work and not the imports.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["web.cli", "web.app", "web.compose", "web.serving", "web.assets", "tests.forked"]
)


class Command:
    """`python3 -m web <arguments>`, begun at once. In: what its environment has beside ours, and where its log goes."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        self._process = FORKS.Process(target=_run, args=(arguments, environment, log), daemon=True)
        self._process.start()

    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """As when the power goes: SIGKILL."""
        self._process.kill()
        self._process.join(10)
        assert not self.alive()


def _run(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    from web import cli

    with log.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(environment)
    sys.exit(cli.run(arguments))
