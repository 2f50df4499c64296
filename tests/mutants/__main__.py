"""Plant each fault, run the tests that must notice it, and say what was caught; fails when one survived."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = ("docs/", "web/frontend/", "tests/browser/.chromium/")
LONGEST = 900  # seconds for the tests of one fault, on a machine that is busy with other things


def copy(to: Path) -> None:
    """Copy what git knows, as it is now."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True)
    for name in done.stdout.decode().split("\0"):
        if name and not name.startswith(SKIPPED) and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


def survives(mutant: Mutant, tree: Path) -> bool:
    """Whether no test notices a fault. Out: also the tree as it was."""
    path = tree / mutant.file
    sound = path.read_text()
    assert sound.count(mutant.line) == 1, (
        f"{mutant.name}: {mutant.file} holds {mutant.line!r} not exactly once"
    )
    path.write_text(sound.replace(mutant.line, mutant.fault))
    try:
        return _passes(mutant.tests, tree)
    finally:
        path.write_text(sound)


def _passes(tests: tuple[str, ...], tree: Path) -> bool:
    command = ["-B", "-m", "pytest", "-x", "-q", "-m", "not long", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            [sys.executable, *command], cwd=tree, timeout=LONGEST, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"   nothing in {LONGEST} s", flush=True)
        return False  # a fault that hangs is noticed as well
    if done.returncode not in (0, 1, 2):
        sys.exit(f"pytest itself failed: {done.stdout.decode()[-2000:]}")
    why = [line for line in done.stdout.decode().splitlines() if line.startswith(("FAILED", "ERROR"))]
    print(f"   {why[0][:150] if why else ''}", flush=True)
    return done.returncode == 0


def main(names: list[str]) -> int:
    chosen = [it for it in MUTANTS if not names or it.name in names]
    survivors = []
    with tempfile.TemporaryDirectory() as home:
        tree = Path(home)
        copy(tree)
        if not _passes(tuple(sorted({test for it in chosen for test in it.tests})), tree):
            sys.exit("the tests fail without any fault: mend that first")
        for mutant in chosen:
            began = time.monotonic()
            alive = survives(mutant, tree)
            survivors += [mutant.name] if alive else []
            said = "SURVIVED" if alive else "caught"
            print(f"{mutant.name}: {said} in {time.monotonic() - began:.0f} s ({mutant.breaks})", flush=True)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
