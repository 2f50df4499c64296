"""`python3 -m tests.chaos [--seconds N] [--seed N]`: the storm, its figures printed; exit code 1 for a broken promise."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Out: an exit code."""
    from tests.chaos.storm import storm

    options = argparse.ArgumentParser(prog="python3 -m tests.chaos", description=__doc__)
    options.add_argument(
        "--seconds", type=float, default=60, help="how long nodes and the database are killed (default 60)"
    )
    options.add_argument("--seed", type=int, default=1, help="seed of what is random (default 1)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kaasa-chaos-") as folder:
        it = storm(
            Path(folder),
            seconds=given.seconds,
            seed=given.seed,
            database_kills=max(1, int(given.seconds / 15)),
        )
    print(it.lines())
    for promise in it.broken():
        print(f"BROKEN: {promise}", file=sys.stderr)
    return 1 if it.broken() else 0


if __name__ == "__main__":
    raise SystemExit(main())
