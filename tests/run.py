"""What one run of the tests is made of, in order; the first failure of a step fails the run.

`python3 -m tests` alone runs all of it. With pytest arguments (a path, `-k`), only pytest runs.
`--long` adds the long runs that tests mark with `@pytest.mark.long`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TYPED = ["engine", "notifications", "processes", "web", "docs"]  # a test's types are its fixtures'
CODE = ["engine", "notifications", "processes", "web", "tests", "docs"]
STEPS = {
    "style": ["-m", "ruff", "check", *CODE],
    "format": ["-m", "ruff", "format", "--check", *CODE],
    "types": ["-m", "mypy", *TYPED],
    "floors": [str(Path(sys.executable).with_name("lint-imports"))],
    "processes": ["-m", "web", "check", "bpmn"],
}


def everything(arguments: list[str]) -> int:
    """Run the steps, then pytest. In: pytest arguments and `--long`. Out: an exit code."""
    prepare()
    long = "--long" in arguments
    rest = [a for a in arguments if a != "--long"]
    failed = [] if rest else [name for name, command in STEPS.items() if not _step(name, command)]
    selection = [] if long else ["-m", "not long"]
    parallel = [] if rest else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    # The tests start the product a hundred times: what is compiled once is kept, whatever the shell is set to.
    compiling = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "pytest", *parallel, *selection, *rest]
    code = subprocess.run(command, cwd=ROOT, env=compiling, check=False).returncode
    if failed:
        print(f"These steps failed before pytest ran: {', '.join(failed)}", file=sys.stderr)
    return code or (1 if failed else 0)


def prepare() -> None:
    """Bring the built style and script, and the browser, to where the tests look for them."""
    from tests.browser import chromium
    from web import assets

    assets.build()
    chromium.ensure()


def _step(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    code = subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode
    print(f"{name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code == 0
